// What speaks against a message that was alone on its way when the broker closed the connection.
import { now } from "../../time/clock.ts";

/** How often, and how soon one after the other, connections must end with only this message on its way. */
const PROOF = { times: 3, withinMs: 60_000 } as const;

/** Evidence against one message at a time: the last one. */
export class Evidence<T> {
  #against: { readonly who: T; readonly times: number; readonly since: number } | undefined;

  /** Once more. Is it proven? */
  add(who: T, isSame: (before: T) => boolean): boolean {
    const before = this.#against;
    const isRepeated =
      before !== undefined && isSame(before.who) && now() - before.since < PROOF.withinMs;
    const { times, since } = isRepeated ? before : { times: 0, since: now() };
    this.#against = { who, times: times + 1, since };
    return times + 1 >= PROOF.times;
  }

  /** Drops the evidence against such a message. */
  drop(isSame: (before: T) => boolean): void {
    if (this.#against && isSame(this.#against.who)) this.#against = undefined;
  }
}
