// Where a message came from before this tool passed it on, and its properties without the traces of the way. Pure.
import { isList, typed, type Field, type Table } from "../message/fields.ts";
import type { Delivery, Properties } from "../message/message.ts";
import { delayPrefix, isRetryHeader, retryHeaders } from "../message/retry-marks.ts";

/** How many times this message has been given to somebody: 1 for the first. Counts a quorum queue's x-delivery-count in. */
export function attemptOf({ properties }: Delivery): number {
  const { headers = {} } = properties;
  return 1 + countIn(headers[retryHeaders.count]) + countIn(headers["x-delivery-count"]);
}

/** The delivery with the exchange and the key it had at its first try: a delay queue gives it back under other ones. */
export function asFirstSeen(delivery: Delivery): Delivery {
  const { headers = {} } = delivery.properties;
  const exchange = headers[retryHeaders.exchange];
  const routingKey = headers[retryHeaders.routingKey];
  const isRetry = typeof exchange === "string" && typeof routingKey === "string";
  return isRetry ? { ...delivery, exchange, routingKey } : delivery;
}

/**
 * Properties for publishing a message again. Left out is what would act a second time or is not ours to
 * say: expiration, user-id, CC (kept as x-original-cc), the broker's delivery count and its notes on our delay queues.
 * Persistent, whatever it was: nothing shall be lost on the way.
 */
export function propertiesAgain({ properties, queue }: Delivery): Properties {
  const { expiration: _, userId: __, headers = {}, ...others } = properties;
  const kept: Record<string, Field> = Object.create(null);
  for (const [name, field] of Object.entries(headers)) {
    if (name === "x-delivery-count" || isRetryHeader(name)) continue;
    if (isDeathBy(name, headers, (death) => isOurs(death, queue))) continue;
    kept[name === "CC" ? "x-original-cc" : name] = field;
  }
  const deaths = withoutOurs(headers["x-death"], queue);
  if (deaths.length > 0) kept["x-death"] = deaths;
  else delete kept["x-death"];
  return { ...others, deliveryMode: 2, headers: kept };
}

/**
 * Properties for another queue: without CC (kept as x-original-cc), which would send copies once more, perhaps to where the
 * message comes from, and without the tries that it had in this queue.
 */
export function propertiesElsewhere(properties: Properties): Properties {
  const { headers } = properties;
  if (!headers || !Object.keys(headers).some((name) => name === "CC" || isRetryHeader(name)))
    return properties;
  const kept = Object.entries(headers).filter(([name]) => !isRetryHeader(name));
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
  return typeof table === "object" && table !== null && !isList(table) ? table[key] : undefined;
}

/** A count in a header, whatever whole number type it has; 0 for anything else. */
function countIn(field: Field | undefined): number {
  if (field === undefined || isList(field)) return 0;
  const [tag, value] = typed(field);
  const isNumber = tag === "int" || /^u?int(8|16|32)$/.test(tag);
  return isNumber ? Math.max(0, Math.min(Number(value), Number.MAX_SAFE_INTEGER)) : 0;
}
