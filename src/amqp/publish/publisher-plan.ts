// What a publisher is asked to make sure of. How it does that is publisher.ts's.

/** How sure a run wants to be. */
export interface PublisherPlan {
  readonly confirm: boolean;
  /** Unroutable messages are returned and count as not delivered. With confirms they are always returned. */
  readonly mandatory: boolean;
  /** Most unconfirmed messages at a time. */
  readonly window: number;
  readonly confirmTimeoutMs: number;
  readonly nackRetries: number;
  /** Messages get a message-id, if they have none. */
  readonly numbered: boolean;
}
