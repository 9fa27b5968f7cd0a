// A time-table for messages that are sent or taken one by one.
import { now } from "./clock.ts";
import { pause } from "./deadline.ts";

/** A message this late still keeps to the time-table; a longer stall is not made up for by a burst. */
const SLACK_MS = 20;

/** The clock that a time-table is kept by, in milliseconds. */
export interface PaceClock {
  readonly now: () => number;
  readonly pause: (ms: number, stop: AbortSignal) => Promise<void>;
}

/** A time-table that is made while it is travelled. */
export class Pace {
  readonly #stop: AbortSignal;
  readonly #clock: PaceClock;
  #dueAt = -Infinity;

  constructor(stop: AbortSignal, clock: PaceClock = { now, pause }) {
    this.#stop = stop;
    this.#clock = clock;
  }

  /** Resolves `gapMs` after the moment the one before was due, or when stopped. */
  async next(gapMs: number): Promise<void> {
    const at = this.#clock.now();
    const dueAt = this.#dueAt + gapMs;
    this.#dueAt = dueAt < at - SLACK_MS ? at : dueAt;
    if (this.#dueAt > at) await this.#clock.pause(this.#dueAt - at, this.#stop);
  }
}
