// The account of amqp-pub --rpc at the end of a run.
import type { SummaryStyle } from "./account.ts";
import type { Log } from "./log.ts";

/** What became of every request: requests = answered + errors + returned + refused + unanswered. */
export interface RequestAccount {
  readonly requests: number;
  readonly answered: number;
  /** Answered, but by an error. */
  readonly errors: number;
  /** In no queue. */
  readonly returned: number;
  /** By the broker. */
  readonly refused: number;
  readonly unanswered: number;
}

/** Tells it where that is asked for. `skipped`: input that was passed over; undefined when that would have ended the run. */
export function reportRequests(
  account: RequestAccount,
  skipped: number | undefined,
  style: SummaryStyle,
  log: Log,
): void {
  if (style === "json") log.note(JSON.stringify({ ...account, skipped }));
  if (skipped !== undefined && skipped > 0) log.note(`Skipped: ${skipped} that could not be sent`);
  if (style !== "text") return;
  const { requests, answered, errors, returned, refused, unanswered } = account;
  log.note(
    `Account: requests ${requests} = answered ${answered} + errors ${errors} + returned ${returned} + refused ${refused} + unanswered ${unanswered}`,
  );
}
