// --to-origin: a dead letter goes back to where it first died (rabbitmq.com/docs/dlx, "Effects on Messages").
import { ValueError } from "../errors.ts";
import { isList, isTable, type Field, type Table } from "../message/fields.ts";
import type { Message } from "../message/message.ts";
import {
  deathHeader,
  firstTryOf,
  isDelayQueue,
  withoutCounts,
  withoutFailure,
  withoutMarks,
} from "../message/retry-marks.ts";

/**
 * The message with the exchange and the keys it had before it first died: the first one is its own, the others are CC
 * (rabbitmq.com/docs/sender-selected). What the broker and we have noted of its failures is left out, so that it
 * starts anew.
 * @throws ValueError when it never died
 */
export function toOrigin(message: Message): Message {
  const { headers = {} } = message.properties;
  const deaths = headers["x-death"];
  const death = deaths !== undefined && isList(deaths) ? firstOf(deaths, headers) : undefined;
  const keys = death?.["routing-keys"];
  const [deathKey, ...others] = keys !== undefined && isList(keys) ? keys : [];
  const tried = firstTryOf(headers);
  const exchange = tried?.exchange ?? death?.["exchange"];
  const routingKey = tried?.routingKey ?? deathKey;
  if (typeof exchange !== "string" || typeof routingKey !== "string")
    throw new ValueError(
      "it was never dead-lettered: its x-death header names no exchange and key",
    );
  const own = withoutCounts(withoutFailure(withoutMarks(headers)));
  const kept = Object.entries(own).filter(([name]) => !deathHeader.test(name));
  if (others.length > 0) kept.push(["CC", others]);
  const { headers: _, ...properties } = message.properties;
  const rest = kept.length > 0 && { headers: Object.fromEntries(kept) };
  return { ...message, exchange, routingKey, properties: { ...properties, ...rest } };
}

/** The entry of x-death for the first death, but for waiting for another try. The broker puts the latest one first. */
function firstOf(deaths: readonly Field[], headers: Table): Table | undefined {
  const tables = deaths.filter(isTable).filter(({ queue }) => !isDelayQueue(queue));
  const first = tables.find(
    ({ queue, reason }) =>
      queue === headers["x-first-death-queue"] && reason === headers["x-first-death-reason"],
  );
  return first ?? tables.at(-1);
}
