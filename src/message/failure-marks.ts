// What our --dead-letter tells of a message that has failed for good, in its headers. Pure.
import { EXIT_CODE_HEADER } from "./error-reply.ts";
import { tableIn, without, type Table } from "./fields.ts";

/** Headers in which our --dead-letter tells why a message has failed for good, and where. */
export const failureHeaders = {
  reason: "x-failure-reason",
  exitCode: EXIT_CODE_HEADER,
  stderr: "x-stderr",
  attempts: "x-attempts",
  exchange: "x-original-exchange",
  routingKey: "x-original-routing-key",
  queue: "x-original-queue",
  /** The headers of these names that it had itself; absent when it had none. */
  headers: "x-original-headers",
} as const;

/** The headers with what our --dead-letter tells of a failure; the message's own headers of those names are set aside. */
export function withFailure(headers: Table, failure: Table): Table {
  const names: readonly string[] = Object.values(failureHeaders);
  const before = withoutFailure(headers);
  const own = Object.entries(before).filter(([name]) => names.includes(name));
  const aside = own.length > 0 && { [failureHeaders.headers]: Object.fromEntries(own) };
  return { ...without(before, names), ...failure, ...aside };
}

/** The headers without what our --dead-letter tells of a failure, and with the message's own ones of those names restored. */
export function withoutFailure(headers: Table): Table {
  const { reason, queue, headers: own } = failureHeaders;
  const isOurs = headers[reason] !== undefined && headers[queue] !== undefined;
  if (!isOurs) return headers;
  const names: readonly string[] = Object.values(failureHeaders);
  const aside = Object.entries(tableIn(headers, own)).filter(([name]) => names.includes(name));
  return { ...without(headers, names), ...Object.fromEntries(aside) };
}
