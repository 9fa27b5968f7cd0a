// The account at the end of a run, as lines for people or for scripts.
import type { IntakeAccount } from "../amqp/consume/intake.ts";
import type { Account } from "../amqp/publish/ledger.ts";
import { toLine } from "../message/record.ts";
import { formatDuration, formatRate } from "./figures.ts";
import type { Log } from "./log.ts";

export type SummaryStyle = "text" | "json" | "none";

/** How a run has ended. */
export interface RunEnd {
  readonly durationMs: number;
  readonly reason: string;
  /** Input that was not a message and was passed over; undefined when that would have ended the run. */
  readonly skipped?: number | undefined;
}

/** What became of every request of amqp-pub --rpc: requests = answered + errors + returned + nacked + unanswered. */
export interface RequestAccount {
  readonly requests: number;
  readonly answered: number;
  /** Answered, but by an error. */
  readonly errors: number;
  /** In no queue. */
  readonly returned: number;
  /** By the broker. */
  readonly nacked: number;
  readonly unanswered: number;
}

/** What became of messages: the counts for scripts, the sum for people, and how many messages that are. */
interface Balance {
  readonly counts: object;
  readonly sum: string;
  readonly messages: number;
}

/** Tells where every message has gone; without being asked, when not everything was done. */
export function reportAccount(
  account: Account,
  end: RunEnd,
  isDone: boolean,
  style: SummaryStyle,
  log: Log,
): void {
  const { read, confirmed, returned, nacked, unconfirmed, resent, handedOver = 0 } = account;
  const given = handedOver === 0 ? "" : ` (handed over: ${handedOver})`;
  const again = resent === 0 ? "" : ` (sent again: ${resent})`;
  const sum = `read ${read} = confirmed ${confirmed} + returned ${returned} + nacked ${nacked} + unconfirmed ${unconfirmed}${given}${again}`;
  if (style === "none" && !isDone) log.note(`Account: ${sum}`);
  report({ counts: account, sum, messages: read }, end, style, log);
}

/** Tells what became of the requests of amqp-pub --rpc. */
export function reportRequests(
  account: RequestAccount,
  end: RunEnd,
  style: SummaryStyle,
  log: Log,
): void {
  const { requests, answered, errors, returned, nacked, unanswered } = account;
  const sum = `requests ${requests} = answered ${answered} + errors ${errors} + returned ${returned} + nacked ${nacked} + unanswered ${unanswered}`;
  report({ counts: account, sum, messages: requests }, end, style, log);
}

/**
 * Tells what became of the messages taken: received = acked + requeued + rejected + retried + dead-lettered + left to the
 * broker.
 */
export function reportReceived(
  received: number,
  account: IntakeAccount,
  end: RunEnd,
  style: SummaryStyle,
  log: Log,
): void {
  const { acked, requeued, rejected, retried, deadLettered } = account;
  const left = received - acked - requeued - rejected - retried - deadLettered;
  const passedOn =
    retried + deadLettered === 0 ? "" : `retried ${retried} + dead-lettered ${deadLettered} + `;
  const sum = `received ${received} = acked ${acked} + requeued ${requeued} + rejected ${rejected} + ${passedOn}left ${left}`;
  report({ counts: { received, ...account, left }, sum, messages: received }, end, style, log);
}

function report({ counts, sum, messages }: Balance, end: RunEnd, style: SummaryStyle, log: Log) {
  const { durationMs, reason, skipped } = end;
  const rate = durationMs > 0 ? (messages * 1000) / durationMs : 0;
  if (style === "json")
    log.note(toLine({ ...counts, durationMs, rate: Number(rate.toFixed(1)), reason, skipped }));
  if (style === "text") {
    log.note(`Account: ${sum}`);
    log.note(
      `Duration: ${formatDuration(durationMs)}, ${formatRate(rate)} messages/s; reason for stopping: ${reason}`,
    );
  }
  if (skipped !== undefined && skipped > 0) log.note(`Skipped: ${skipped} that could not be sent`);
}
