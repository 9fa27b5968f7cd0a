// The marks of a message that waits for another try: headers, which tell what it was before. Pure.
import { deathNotes, deathsBut, deathsIn, noteOf, withoutDeaths } from "./deaths.ts";
import { fieldToText, textToField } from "./exact-text.ts";
import { isExpiration } from "./expiration.ts";
import { isDelayQueueOf } from "./delay-queue.ts";
import { isList, tableIn, without, type Field, type Table } from "./fields.ts";
import type { Delivery, Properties } from "./message.ts";
import { isName } from "./text.ts";

/** Headers of a message that waits for another try. Ours, since brokers from 4.0 on do not count what is published again. */
export const retryHeaders = {
  /** How many tries there have been. */
  count: "x-retry-count",
  /** How many times it was delivered, for a try or not. */
  deliveries: "x-retry-deliveries",
  /** The queue that these counts belong to: in another one they mean nothing. */
  queue: "x-retry-queue",
  exchange: "x-retry-exchange",
  routingKey: "x-retry-routing-key",
  /** The broker's notes on its deaths before the first try, by their names: a delay queue writes its own. */
  deaths: "x-retry-deaths",
  /** The properties, and CC, that are missing or different while it waits; absent when there are none. */
  properties: "x-retry-properties",
} as const;

/** Holds the keys of CC when a message is published again: in CC itself they would act a second time. */
export const originalCc = "x-original-cc";

/** Where a message that has waited for another try first came from; undefined for others. */
export function firstTryOf(
  headers: Table,
): { readonly exchange: string; readonly routingKey: string } | undefined {
  const exchange = fieldToText(headers[retryHeaders.exchange]);
  const routingKey = fieldToText(headers[retryHeaders.routingKey]);
  return exchange === undefined || routingKey === undefined ? undefined : { exchange, routingKey };
}

/** The same for a delivery: also undefined when its marks belong to another queue than the one it comes from. */
export function firstTryHere({ properties: { headers = {} }, queue }: Delivery) {
  const isHere = (headers[retryHeaders.queue] ?? queue) === queue;
  return isHere ? firstTryOf(headers) : undefined;
}

/** The delivery as it came before its first try, apart from its marks: it comes back from a delay queue changed. */
export function asFirstSeen(delivery: Delivery): Delivery {
  const { headers } = delivery.properties;
  if (!headers || !firstTryOf(headers)) return delivery;
  const own = { ...withoutDeaths(headers), ...deathsOf(delivery) };
  const properties = { ...delivery.properties, headers: own };
  const here = firstTryHere(delivery);
  if (!here) return { ...delivery, properties };
  return { ...delivery, ...here, properties: originalProperties(withCc(properties)) };
}

/** The properties that a waiting copy lacks or has changed, for its mark. */
export function changesOf({ deliveryMode, expiration, userId, headers = {} }: Properties): Table {
  return {
    // While it waits it is persistent (2); null: it had no mode.
    ...(deliveryMode !== 2 && { deliveryMode: deliveryMode ?? null }),
    ...(expiration !== undefined && { expiration }),
    ...(userId !== undefined && { userId }),
    ...(headers["CC"] !== undefined && { CC: headers["CC"] }),
  };
}

/** The properties of a marked message as they were before it waited, except CC, and except what no broker would take. */
export function originalProperties(properties: Properties): Properties {
  const before = tableIn(properties.headers ?? {}, retryHeaders.properties);
  const { deliveryMode, expiration, userId } = before;
  const { deliveryMode: _, ...modeless } = properties;
  return {
    ...(deliveryMode === null ? modeless : properties),
    ...(deliveryMode === 1 && { deliveryMode }),
    ...(typeof expiration === "string" && isExpiration(expiration) && { expiration }),
    ...(typeof userId === "string" && isName(userId) && { userId }),
  };
}

/** The keys in CC that a message had before it waited. */
export function ccOf(headers: Table): readonly Field[] {
  const { CC: keys } = tableIn(headers, retryHeaders.properties);
  return keys !== undefined && isList(keys) ? keys : [];
}

function withCc(properties: Properties): Properties {
  const { headers = {} } = properties;
  const { CC } = tableIn(headers, retryHeaders.properties);
  if (CC === undefined) return properties;
  return { ...properties, headers: { ...without(headers, [originalCc]), CC } };
}

/** What the broker has noted about the deaths of a message, as if it had never waited for a try. */
export function deathsOf({ properties: { headers = {} }, queue: here }: Delivery): Table {
  const tried = firstTryOf(headers);
  if (!tried) return deathNotes(headers);
  const queue = headers[retryHeaders.queue] ?? here;
  const saved = savedDeaths(headers);
  const since = deathsBut(headers, (name) => isDelayQueueOf(queue, name));
  // It came there through the default exchange, from a delay queue.
  const isTried = (death: Table) => death["queue"] === queue && death["exchange"] === "";
  const keys = [textToField(tried.routingKey), ...ccOf(headers)];
  const origin = { exchange: textToField(tried.exchange), "routing-keys": keys };
  const deaths = deathsIn(since).map((death) => (isTried(death) ? { ...death, ...origin } : death));
  if (deaths.length === 0) return saved;
  return {
    ...noteOf("first", deaths.at(-1)),
    ...saved,
    ...(headers["x-last-death-queue"] !== undefined && noteOf("last", deaths[0])),
    "x-death": [...deaths, ...deathsIn(saved)],
  };
}

/** The broker's notes from before the first try. */
export function savedDeaths(headers: Table): Table {
  return deathNotes(tableIn(headers, retryHeaders.deaths));
}

/** The headers without those that mark a try. On a message that we did not mark, headers of these names stay. */
export function withoutMarks(headers: Table): Table {
  if (!firstTryOf(headers)) return headers;
  return without(headers, Object.values(retryHeaders));
}
