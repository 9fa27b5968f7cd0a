// A message that the broker fails on: it closes the connection each time that message comes (a connection exception; seen with
// some headers on the way to a stream). Of several on their way nobody can tell which one it is: so they go one at a time then:
// docs/adr/0035-messages-the-broker-fails-on.md.
import type { Entry } from "./window.ts";

/** So often a connection must end with only this message on its way: once may be a coincidence. */
const PROOF = 2;

export class Suspects {
  /** The last message that was on its way when a connection ended like that. */
  #last = -1;
  #accused: { readonly serial: number; readonly times: number } | undefined;

  /** Must this one be alone on its way? */
  includes({ serial }: Entry): boolean {
    return serial <= this.#last;
  }

  /** A connection has ended like that; these, in order, were on their way. Returns the one that is to blame, if it is known. */
  judge(underWay: readonly Entry[]): Entry | undefined {
    this.#last = Math.max(this.#last, ...underWay.map(({ serial }) => serial));
    const [only, ...others] = underWay;
    if (!only || others.length > 0) return undefined;
    const before = this.#accused?.serial === only.serial ? this.#accused.times : 0;
    this.#accused = { serial: only.serial, times: before + 1 };
    return before + 1 === PROOF ? only : undefined;
  }
}
