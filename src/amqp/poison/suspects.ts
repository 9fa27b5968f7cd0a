// A message that the broker fails on: it closes the connection each time that message comes (a connection exception; seen with
// some headers on the way to a stream). When several are on their way nobody can tell which one it is, so they then go one by one:
// docs/adr/0035-messages-the-broker-fails-on.md.
import { Evidence } from "./evidence.ts";
import type { Entry } from "../publish/entry.ts";

export class Suspects {
  /** The last message that was on its way when a connection ended like that. */
  #last = -1;
  /** By serials: they stay when a message is sent again. */
  readonly #evidence = new Evidence<number>();

  /** Must this one be alone on its way? */
  includes({ serial }: Entry): boolean {
    return serial <= this.#last;
  }

  /** A connection has ended like that; these, in order, were on their way. Returns the one that is to blame, if it is known. */
  judge(underWay: readonly Entry[]): Entry | undefined {
    for (const { serial } of underWay) this.#last = Math.max(this.#last, serial);
    const [only, ...others] = underWay;
    if (!only || others.length > 0) return undefined;
    return this.#evidence.add(only.serial, (serial) => serial === only.serial) ? only : undefined;
  }
}
