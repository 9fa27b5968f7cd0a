// When messages are sent: so many a second (--rate), or with the gaps they were recorded with (--speed).
import { now } from "../clock.ts";
import { pause } from "../deadline.ts";
import type { Batch, SourceWorld } from "./source.ts";

/** As late as this a message still keeps the time-table; what a longer stall has cost is not made up for by a burst. */
const SLACK_MS = 20;

/** What a time-table is kept by, in milliseconds. */
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

/** At most so many messages a second, evenly. */
export async function* paced(
  batches: AsyncIterable<Batch>,
  perSecond: number,
  { stop }: Pick<SourceWorld, "stop">,
): AsyncIterable<Batch> {
  const pace = new Pace(stop);
  for await (const batch of batches) {
    for (const message of batch) {
      await pace.next(1000 / perSecond);
      if (stop.aborted) return;
      yield [message];
    }
  }
}

/** The gaps between moments in time, `speed` times as short; those that are not known or go backwards are none. */
export function gaps(speed: number): (at: number | undefined) => number {
  let last: number | undefined;
  return (at) => {
    const gap = at === undefined || last === undefined ? 0 : Math.max(0, at - last) / speed;
    last = at ?? last;
    return gap;
  };
}
