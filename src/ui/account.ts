// The account at the end of a run, as a line for people or for scripts.
import type { IntakeAccount } from "../amqp/intake.ts";
import type { Account } from "../amqp/ledger.ts";
import type { Log } from "./log.ts";

export type SummaryStyle = "text" | "json" | "none";

/** How a run has ended. */
export interface RunEnd {
  readonly durationMs: number;
  readonly reason: string;
  /** Input that was no message and was passed over; undefined when that would have ended the run. */
  readonly skipped?: number | undefined;
}

/** Tells where every message has gone; without being asked when something was not delivered. */
export function reportAccount(
  account: Account,
  ending: RunEnd,
  isDelivered: boolean,
  style: SummaryStyle,
  log: Log,
): void {
  if (style === "json") log.note(JSON.stringify({ ...account, ...ending }));
  if (style === "text" || (style === "none" && !isDelivered))
    log.note(`Account: ${describe(account)}`);
  if (ending.skipped !== undefined && ending.skipped > 0)
    log.note(`Skipped: ${ending.skipped} that could not be sent`);
}

function describe({ read, confirmed, returned, nacked, unconfirmed, resent }: Account): string {
  const sum = `read ${read} = confirmed ${confirmed} + returned ${returned} + nacked ${nacked} + unconfirmed ${unconfirmed}`;
  return resent === 0 ? sum : `${sum} (sent again: ${resent})`;
}

/**
 * Tells what became of the messages taken: received = acked + requeued + rejected + retried + dead-lettered + left to the
 * broker.
 */
export function reportReceived(
  received: number,
  account: IntakeAccount,
  reason: string | undefined,
  style: SummaryStyle,
  log: Log,
): void {
  const { acked, requeued, rejected, retried, deadLettered } = account;
  const left = received - acked - requeued - rejected - retried - deadLettered;
  if (style === "json") log.note(JSON.stringify({ received, ...account, left, reason }));
  if (style !== "text") return;
  const passedOn =
    retried + deadLettered === 0 ? "" : `retried ${retried} + dead-lettered ${deadLettered} + `;
  log.note(
    `Account: received ${received} = acked ${acked} + requeued ${requeued} + rejected ${rejected} + ${passedOn}left ${left}`,
  );
}
