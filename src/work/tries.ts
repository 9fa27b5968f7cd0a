// Which try of a message this is, and its properties without the traces of the way. Pure.
import { isList, isTable, typed, type Field, type Table } from "../message/fields.ts";
import type { Delivery, Properties } from "../message/message.ts";
import {
  acquiredCount,
  deathHeader,
  delayPrefix,
  deliveryCount,
  firstTryHere,
  retryHeaders,
  withoutCounts,
  withoutMarks,
} from "../message/retry-marks.ts";

/**
 * How many times this message has been given to somebody: 1 for the first. What it has brought along from elsewhere counts
 * nothing; a quorum queue counts in, before RabbitMQ 4.3 by x-delivery-count, which is of failed deliveries since.
 */
export function attemptOf(delivery: Delivery): number {
  const { headers = {} } = delivery.properties;
  const { count, deliveries } = retryHeaders;
  const atTries = Math.max(countIn(headers[deliveries]), countIn(headers[count]));
  const sinceThen = Math.max(failuresOf(delivery), brokersCount(delivery, acquiredCount));
  return 1 + (firstTryHere(delivery) ? atTries : 0) + sinceThen;
}

/** What a quorum queue's limit of deliveries (x-delivery-limit) is compared with. */
export function failuresOf(delivery: Delivery): number {
  return brokersCount(delivery, deliveryCount);
}

/** It has none before it gives a message again. */
function brokersCount({ redelivered, properties: { headers = {} } }: Delivery, name: string) {
  return redelivered ? countIn(headers[name]) : 0;
}

/**
 * Which try this is: 1 for the first. Only failures of handlers count: before RabbitMQ 4.3 a quorum queue's count
 * grows with each look at it as well (--peek, --where), and with each worker that was stopped in good order.
 */
export function tryOf(delivery: Delivery): number {
  const { headers = {} } = delivery.properties;
  return 1 + (firstTryHere(delivery) ? countIn(headers[retryHeaders.count]) : 0);
}

/**
 * Properties for publishing a message again. Left out is what would act a second time or is not ours to
 * say: expiration, user-id, CC (kept as x-original-cc), the broker's counts and its notes on our delay queues.
 * Persistent, whatever it was: nothing shall be lost on the way.
 */
export function propertiesAgain(delivery: Delivery): Properties {
  const { properties } = delivery.compressed ?? delivery;
  const { expiration: _, userId: __, headers = {}, ...others } = properties;
  const kept = Object.entries(withoutCounts(withoutMarks(headers)))
    .filter(([name]) => !deathHeader.test(name))
    .map(([name, field]) => [name === "CC" ? "x-original-cc" : name, field]);
  const table = { ...Object.fromEntries(kept), ...deathsElsewhere(delivery) };
  return { ...others, deliveryMode: 2, headers: table };
}

/** What the broker has noted of the deaths of a message, but for those in this queue and its delay queues. */
export function deathsElsewhere(delivery: Delivery): Table {
  const { properties, queue } = delivery;
  const { headers = {} } = properties;
  const saved = headers[retryHeaders.deaths];
  if (firstTryHere(delivery) && saved !== undefined && isTable(saved)) return saved;
  const kept = Object.entries(headers).filter(
    ([name]) =>
      deathHeader.test(name) && !isDeathBy(name, headers, (death) => isOurs(death, queue)),
  );
  const { "x-death": all, ...others } = Object.fromEntries(kept);
  const deaths = withoutOurs(all, queue);
  return deaths.length > 0 ? { "x-death": deaths, ...others } : others;
}

/** The body for that, as it came in. */
export function bodyAgain({ body, compressed }: Delivery): Buffer {
  return compressed?.body ?? body;
}

/**
 * Properties for another queue: without CC (kept as x-original-cc), which would send copies once more, perhaps to where the
 * message comes from; without the tries that it had in this queue; and without user-id, which the broker checks.
 */
export function propertiesElsewhere(received: Properties): Properties {
  const { userId: _, ...properties } = received;
  const { headers } = properties;
  if (!headers) return properties;
  const kept = Object.entries(withoutCounts(withoutMarks(headers)));
  const renamed = kept.map(([name, field]) => [name === "CC" ? "x-original-cc" : name, field]);
  return { ...properties, headers: Object.fromEntries(renamed) };
}

/**
 * Entries of x-death about this queue and its delay queues. An old broker that reads them again would take a message that
 * comes back for one that goes round in circles, and drop it (rabbitmq.com/docs/dlx, "cycles").
 */
function withoutOurs(deaths: Field | undefined, queue: string): readonly Field[] {
  if (deaths === undefined || !isList(deaths)) return [];
  return deaths.filter((death) => !isOurs(fieldOf(death, "queue"), queue));
}

function isOurs(name: Field | undefined, queue: string): boolean {
  return name === queue || (typeof name === "string" && name.startsWith(delayPrefix(queue)));
}

/** Is this header one of those that tell of the first or last death, and was that in such a queue? */
function isDeathBy(
  name: string,
  headers: Table,
  isSuch: (queue: Field | undefined) => boolean,
): boolean {
  const [, which] = /^x-(first|last)-death-/.exec(name) ?? [];
  return which !== undefined && isSuch(headers[`x-${which}-death-queue`]);
}

function fieldOf(table: Field, key: string): Field | undefined {
  return isTable(table) ? table[key] : undefined;
}

/** A count in a header, whatever whole number type it has; 0 for anything else. */
function countIn(field: Field | undefined): number {
  if (field === undefined || isList(field)) return 0;
  const [tag, value] = typed(field);
  const isNumber = /^(longlong|int|u?int(8|16|32))$/.test(tag);
  return isNumber ? Math.max(0, Math.min(Number(value), Number.MAX_SAFE_INTEGER)) : 0;
}
