// A message that the broker fails on: it closes the connection each time that message comes (a connection exception; seen with
// some headers on the way to a stream). Of several on their way nobody can tell which one it is: so they go one at a time then:
// docs/adr/0035-messages-the-broker-fails-on.md.
import { now } from "../../clock.ts";
import type { Entry } from "./window.ts";

/** So often, and so soon after one another, a connection must end with only this message on its way. */
export const PROOF = { times: 3, withinMs: 60_000 } as const;

export class Suspects {
  /** The last message that was on its way when a connection ended like that. */
  #last = -1;
  #accused: { readonly serial: number; readonly times: number; readonly since: number } | undefined;

  /** Must this one be alone on its way? */
  includes({ serial }: Entry): boolean {
    return serial <= this.#last;
  }

  /** A connection has ended like that; these, in order, were on their way. Returns the one that is to blame, if it is known. */
  judge(underWay: readonly Entry[]): Entry | undefined {
    this.#last = Math.max(this.#last, ...underWay.map(({ serial }) => serial));
    const [only, ...others] = underWay;
    if (!only || others.length > 0) return undefined;
    const before = this.#accused;
    const isSame = before?.serial === only.serial && now() - before.since < PROOF.withinMs;
    const { times, since } = isSame ? before : { times: 0, since: now() };
    this.#accused = { serial: only.serial, times: times + 1, since };
    return times + 1 < PROOF.times ? undefined : only;
  }
}
