// What work is: what a run does with its deliveries, up to settling them.
import type { Delivery } from "../message.ts";

/** Takes batches in order. */
export interface Work {
  /** Resolves when the next batch may come. @throws ReaderGone, Failure; what was not settled then goes back */
  take(batch: readonly Delivery[]): Promise<void>;
  /** Resolves when everything taken is settled. */
  finish(): Promise<void>;
}
