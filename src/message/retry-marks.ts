// What marks a message that waits for another try, or has died: headers, and the names of the queues in which it waits. Pure.
import type { Field, Table } from "./fields.ts";
import type { Delivery } from "./message.ts";

/** Headers of a message that waits for another try. Ours, since brokers from 4.0 on do not count what is published again. */
export const retryHeaders = {
  /** How many tries there have been. */
  count: "x-retry-count",
  /** How many times it was given to somebody, for a try or not. */
  deliveries: "x-retry-deliveries",
  /** In which queue: in another one they count nothing. */
  queue: "x-retry-queue",
  exchange: "x-retry-exchange",
  routingKey: "x-retry-routing-key",
  /** The broker's notes on its deaths before the first try, by their names: since 4.0 a delay queue overwrites them. */
  deaths: "x-retry-deaths",
} as const;

/** Headers in which our --dead-letter tells why a message has failed for good, and where. */
export const failureHeaders = {
  reason: "x-failure-reason",
  exitCode: "x-exit-code",
  stderr: "x-stderr",
  attempts: "x-attempts",
  exchange: "x-original-exchange",
  routingKey: "x-original-routing-key",
  queue: "x-original-queue",
} as const;

/** What a quorum queue counts of a message while it has it. */
export const deliveryCount = "x-delivery-count";
export const acquiredCount = "x-acquired-count";

/** The names of the headers in which a broker notes the deaths of a message (rabbitmq.com/docs/dlx). */
export const deathHeader = /^x-(death$|first-death-|last-death-)/;

/** Where a message came from that has waited for another try; undefined for others. */
export function firstTryOf(
  headers: Table,
): { readonly exchange: string; readonly routingKey: string } | undefined {
  const exchange = headers[retryHeaders.exchange];
  const routingKey = headers[retryHeaders.routingKey];
  const isOurs = typeof exchange === "string" && typeof routingKey === "string";
  return isOurs ? { exchange, routingKey } : undefined;
}

/** The same for a delivery: undefined also when it has waited in another queue than the one it comes from. */
export function firstTryHere({ properties: { headers = {} }, queue }: Delivery) {
  const isHere = (headers[retryHeaders.queue] ?? queue) === queue;
  return isHere ? firstTryOf(headers) : undefined;
}

/** The delivery with the exchange and the key it had at its first try: a delay queue gives it back under other ones. */
export function asFirstSeen(delivery: Delivery): Delivery {
  return { ...delivery, ...firstTryHere(delivery) };
}

/** The headers without those that mark a try. Headers of the same names on a message that is none of ours stay. */
export function withoutMarks(headers: Table): Table {
  if (!firstTryOf(headers)) return headers;
  return without(headers, Object.values(retryHeaders));
}

/** The headers without what our --dead-letter tells of a failure. */
export function withoutFailure(headers: Table): Table {
  const { reason, queue } = failureHeaders;
  const isOurs = headers[reason] !== undefined && headers[queue] !== undefined;
  return isOurs ? without(headers, Object.values(failureHeaders)) : headers;
}

/** The headers without the counts of the queue that a message comes from. */
export function withoutCounts(headers: Table): Table {
  return without(headers, [deliveryCount, acquiredCount]);
}

function without(headers: Table, names: readonly string[]): Table {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

/** The name of the queue in which messages of another queue wait that long. */
export function delayQueueName(queue: string, delayMs: number): string {
  return `${delayPrefix(queue)}${delayMs}ms`;
}

/** How the names of all delay queues of a queue begin. Names that begin with "amq." are the broker's own. */
export function delayPrefix(queue: string): string {
  return `${queue.startsWith("amq.") ? "retry." : ""}${queue}.retry-`;
}

/** Does a queue of that name hold messages that wait for another try? */
export function isDelayQueue(name: Field | undefined): boolean {
  return typeof name === "string" && /\.retry-\d+ms$/.test(name);
}
