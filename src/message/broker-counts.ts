// What a quorum queue has counted for a message, in the headers of its delivery.
import { isList, typed, without, type Field, type Table } from "./fields.ts";
import type { Delivery } from "./message.ts";

/** What a quorum queue counts for a message while it holds it. */
const deliveryCount = "x-delivery-count";
const acquiredCount = "x-acquired-count";

/** The count that the queue compares with its x-delivery-limit. */
export function failuresOf(delivery: Delivery): number {
  return brokersCount(delivery, deliveryCount);
}

/** How often it was delivered before, since RabbitMQ 4.3. */
export function acquisitionsOf(delivery: Delivery): number {
  return brokersCount(delivery, acquiredCount);
}

/** There is none before the queue delivers a message again. */
function brokersCount({ redelivered, properties: { headers } }: Delivery, name: string): number {
  return redelivered ? countIn(headers?.[name]) : 0;
}

/** The headers without the counts of the queue that a message comes from. */
export function withoutCounts(headers: Table): Table {
  return without(headers, [deliveryCount, acquiredCount]);
}

/** A count in a header, whatever whole number type it has; 0 for anything else. */
export function countIn(field: Field | undefined): number {
  return Math.max(0, Math.min(wholeNumberIn(field) ?? 0, Number.MAX_SAFE_INTEGER));
}

/** A whole number, whatever type it has; undefined for anything else. */
export function wholeNumberIn(field: Field | undefined): number | undefined {
  if (field === undefined || isList(field)) return undefined;
  const [tag, value] = typed(field);
  return /^(longlong|int|u?int(8|16|32))$/.test(tag) ? Number(value) : undefined;
}
