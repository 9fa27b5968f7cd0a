// What work is: what a run does with its deliveries, up to settling them.
import type { Failure } from "../errors.ts";
import type { Delivery } from "../message/message.ts";

/** Takes batches in order. */
export interface Work {
  /** Resolves when the next batch may come. @throws ReaderGone, Failure; what was not settled then goes back */
  take(batch: readonly Delivery[]): Promise<void>;
  /** Resolves when everything taken is settled. @throws as `take` */
  finish(): Promise<void>;
  /** Aborted when it can take no more; `finish` throws the reason. */
  readonly failed?: AbortSignal;
  /** Something taken is not settled yet. */
  readonly isBusy?: boolean;
  /** Gives up at once what is not finished. */
  end?(): Promise<void>;
  /** Why not all that was taken is done, at the end of a run in which nothing else went wrong. */
  readonly shortfall?: Failure | undefined;
  /** Messages that have failed for good: the run's exit code tells. */
  readonly failures?: number;
}
