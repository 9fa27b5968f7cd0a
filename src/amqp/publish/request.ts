// What a request waits for, and how it has ended.

/** What requests are like. */
export interface RequestPlan {
  /** Replies to a request after which no more are awaited; 0: all that come in time. */
  readonly replies: number;
  readonly timeoutMs: number;
  /** A queue of our own for replies, instead of the broker's direct reply-to. */
  readonly ownQueue: boolean;
}

/** How a request has ended: with all its replies, late, in no queue, refused by the broker, or with the run. */
export type RequestOutcome = "answered" | "late" | "returned" | "nacked" | "stopped" | Unsent;

/** It was taken, and cannot be sent to this broker, or on the connection of now, for this reason. */
interface Unsent {
  readonly unsent: string;
}
