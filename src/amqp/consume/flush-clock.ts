// When verdicts that may wait for company are flushed: when there are enough of them, soon after the first, and, with --ack-every,
// when nothing more comes. It only keeps the time; what is sent is up to verdicts.ts.
import { now } from "../../time/clock.ts";

/**
 * Verdicts are flushed when a quarter of the prefetch has one, at most so many, or after one millisecond: a broker that gets each
 * acknowledgement alone sends its messages alone, and a read and two writes for each cost more than the message.
 */
const MOST_TOGETHER = 64;
const TOGETHER_MS = 1;

/** With --ack-every, those that were not due then wait no longer than these: since the last flush, and since the first. */
const IDLE_MS = 100;
const LONGEST_WAIT_MS = 1000;

export class FlushClock {
  readonly #enough: number;
  readonly #flush: (all: boolean) => boolean;
  /** Verdicts since the last flush. */
  #fresh = 0;
  #gathering: NodeJS.Timeout | undefined;
  #waiting: NodeJS.Timeout | undefined;
  #waitingSince: number | undefined;

  /** `flush` sends the verdicts that are due, or all, and returns whether any still wait for company. */
  constructor(prefetch: number, flush: (all: boolean) => boolean) {
    this.#enough = Math.min(MOST_TOGETHER, prefetch / 4);
    this.#flush = flush;
  }

  /** This many verdicts have been added. */
  added(count: number): void {
    this.#fresh += count;
    if (this.#fresh >= this.#enough) this.#flushDue();
    else this.#gathering ??= setTimeout(() => this.#flushDue(), TOGETHER_MS);
  }

  /** All is flushed, or nothing can be any more. */
  stop(): void {
    this.#stopGathering();
    clearTimeout(this.#waiting);
    this.#waitingSince = undefined;
  }

  #flushDue(): void {
    this.#stopGathering();
    if (this.#flush(false)) this.#wait();
    else this.stop();
  }

  #flushAll(): void {
    this.stop();
    this.#flush(true);
  }

  /** Flushes when nothing has come for a moment, but not too late. */
  #wait(): void {
    const time = now();
    this.#waitingSince ??= time;
    clearTimeout(this.#waiting);
    const delay = Math.min(IDLE_MS, this.#waitingSince + LONGEST_WAIT_MS - time);
    // A busy program would put the timer off again and again.
    if (delay <= 0) return this.#flushAll();
    this.#waiting = setTimeout(() => this.#flushAll(), delay).unref();
  }

  #stopGathering(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#fresh = 0;
  }
}
