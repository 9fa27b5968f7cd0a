// What the depths of queues that we are subscribed to mean. Where the broker does not count us among the consumers, the depth is
// not what it seems: a quorum queue without a leader counts nothing, and a stream still counts what was read long ago.
import type { Replies } from "amqplib";
import { now } from "../../time/clock.ts";
import { Unreachable } from "../../errors.ts";

/** Longer than a queue takes to find a leader while most of its nodes are up; as long as an outage may take (--max-outage). */
const LEADERLESS_MS = 60_000;
/** How long a queue with messages may give us none, and not know us, before it is taken for a stream. */
const SILENT_MS = 5000;

type Depth = Pick<Replies.AssertQueue, "messageCount" | "consumerCount">;

export class Depths {
  readonly #now: () => number;
  /** Since when we are not counted, and nothing has arrived. */
  #since: number | undefined;

  constructor(clock = now) {
    this.#now = clock;
  }

  /** A message has arrived: the queue knows us. */
  arrived(): void {
    this.#since = undefined;
  }

  /** "endless": a stream, which never gets empty; "leaderless": nobody has known the depth for a long time. */
  judge(depths: readonly Depth[]): "empty" | "not empty" | "endless" | "leaderless" {
    const uncounted = depths.filter(({ consumerCount }) => consumerCount === 0);
    this.#since = uncounted.length === 0 ? undefined : (this.#since ?? this.#now());
    const silentMs = this.#since === undefined ? 0 : this.#now() - this.#since;
    if (silentMs > SILENT_MS && !uncounted.every(isBare)) return "endless";
    if (silentMs > LEADERLESS_MS) return "leaderless";
    return this.#since === undefined && depths.every(isBare) ? "empty" : "not empty";
  }
}

/** Why a run that waits for a queue to get empty must end. */
export const leaderless = (): Unreachable =>
  new Unreachable(
    `the broker has not counted us among the consumers for ${LEADERLESS_MS / 1000} s: the queue has no leader, or is an empty stream`,
    "most of the nodes of a quorum queue must be up; a stream is never empty",
  );

function isBare({ messageCount }: Depth): boolean {
  return messageCount === 0;
}
