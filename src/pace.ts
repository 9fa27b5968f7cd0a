// --rate: lets messages through at a steady rate. After a pause there is no burst: what was not used is lost.
import { now } from "./clock.ts";
import { pause } from "./deadline.ts";

/** How long a timer may be late without the rate being missed. */
const SLACK_MS = 20;

export class Pace {
  readonly #perMs: number;
  /** Most that goes through at once. */
  readonly #most: number;
  #saved = 1;
  #since = now();

  /** `perSecond` is greater than 0. */
  constructor(perSecond: number) {
    this.#perMs = perSecond / 1000;
    this.#most = Math.max(1, Math.floor(this.#perMs * SLACK_MS));
  }

  /** Resolves with how many of `wanted` (1 or more) may go now, one at least; with 0 when the signal was aborted first. */
  async next(wanted: number, signal: AbortSignal): Promise<number> {
    for (this.#save(); this.#saved < 1; this.#save()) {
      if (signal.aborted) return 0;
      await pause(Math.max(1, (1 - this.#saved) / this.#perMs), signal);
    }
    if (signal.aborted) return 0;
    const allowed = Math.min(wanted, Math.floor(this.#saved));
    this.#saved -= allowed;
    return allowed;
  }

  #save(): void {
    const time = now();
    this.#saved = Math.min(this.#most, this.#saved + (time - this.#since) * this.#perMs);
    this.#since = time;
  }
}
