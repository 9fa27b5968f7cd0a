// What was in hand when a connection was lost. A broker that has not seen the end of that connection keeps it for a while, and
// its queue looks empty meanwhile.
import { now } from "../clock.ts";

/** Until heartbeats are missing: 30 s by default. */
const LONGEST_MS = 30_000;

export class Missing {
  #count = 0;
  #until = 0;

  /** A connection was lost with so many in hand. */
  lost(count: number): void {
    this.#count = count;
    this.#until = now() + LONGEST_MS;
  }

  /** One that was delivered before has come. */
  cameBack(): void {
    if (this.#count > 0) this.#count--;
  }

  /** Is something still to come back? */
  get isAwaited(): boolean {
    return this.#count > 0 && now() < this.#until;
  }
}
