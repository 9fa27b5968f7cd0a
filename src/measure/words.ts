// What the same numbers are called in each kind of run.

export interface Words {
  /** Where the latency ends. */
  readonly latency: string;
  /** Messages that are on their way. */
  readonly open: string;
}

export const words = {
  publisher: { latency: "confirm", open: "in flight" },
  requester: { latency: "reply", open: "under way" },
  consumer: { latency: "end-to-end", open: "unacked" },
} as const satisfies Record<string, Words>;
