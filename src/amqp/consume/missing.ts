// What was in hand when a connection was lost. A broker that has not seen the end of that connection keeps it for a while, and
// its queue looks empty meanwhile.
import { now } from "../../time/clock.ts";

/** A broker notices within three heartbeats; without any, nobody knows when. */
const HEARTBEATS = 3;
const USUAL_HEARTBEAT_MS = 10_000;

export class Missing {
  #count = 0;
  #until = 0;

  /** A connection was lost with `count` deliveries in hand. `heartbeatMs` is what was asked for; 0 for none. */
  lost(count = 0, heartbeatMs = 0): void {
    this.#count = (this.isAwaited ? this.#count : 0) + count;
    this.#until = now() + HEARTBEATS * (heartbeatMs || USUAL_HEARTBEAT_MS);
  }

  /** A redelivered message has come. */
  cameBack(): void {
    if (this.#count > 0) this.#count--;
  }

  /** Is something still to come back? */
  get isAwaited(): boolean {
    return this.#count > 0 && now() < this.#until;
  }
}
