// A quorum queue without a leader: its messages are not counted, and neither are its consumers, though we are one.
import type { Replies } from "amqplib";
import { now } from "../clock.ts";

/** Longer than a queue takes to find a leader. What still counts no consumers then is an empty stream. */
const LONGEST_MS = 30_000;

type Count = Pick<Replies.AssertQueue, "messageCount" | "consumerCount">;

export class Headless {
  readonly #now: () => number;
  #since: number | undefined;

  constructor(clock = now) {
    this.#now = clock;
  }

  /** Is what the broker has counted of queues that we are subscribed to the truth? */
  isKnown(counts: readonly Count[]): boolean {
    const countsUs = counts.every(({ consumerCount }) => consumerCount > 0);
    this.#since = countsUs ? undefined : (this.#since ?? this.#now());
    return this.#since === undefined || this.#now() - this.#since > LONGEST_MS;
  }
}

/** Holds it no message that is ready? */
export function isBare({ messageCount }: Count): boolean {
  return messageCount === 0;
}
