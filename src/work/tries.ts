// Which try of a message this is, and its properties without the traces of its way. Pure.
import { deathsBut, withoutDeaths } from "../message/deaths.ts";
import { acquisitionsOf, countIn, failuresOf, withoutCounts } from "../message/broker-counts.ts";
import type { Field, Table } from "../message/fields.ts";
import type { Delivery, Properties } from "../message/message.ts";
import { isDelayQueueOf } from "../message/delay-queue.ts";
import {
  asFirstSeen,
  deathsOf,
  firstTryHere,
  originalCc,
  retryHeaders,
  withoutMarks,
} from "../message/retry-marks.ts";

/**
 * How many times this message has been delivered: 1 for the first. Counts from other queues do not matter; a quorum queue's
 * own is added, before RabbitMQ 4.3 from x-delivery-count, which has counted only failed deliveries since.
 */
export function attemptOf(delivery: Delivery): number {
  const { headers = {} } = delivery.properties;
  const { count, deliveries } = retryHeaders;
  const atTries = Math.max(countIn(headers[deliveries]), countIn(headers[count]));
  const sinceThen = Math.max(failuresOf(delivery), acquisitionsOf(delivery));
  return 1 + (firstTryHere(delivery) ? atTries : 0) + sinceThen;
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
 * Always persistent: nothing is to be lost on the way.
 */
export function propertiesAgain(delivery: Delivery): Properties {
  const { properties } = delivery.compressed ?? delivery;
  const { expiration: _, userId: __, headers = {}, ...others } = properties;
  const own = withoutDeaths(withoutCc(withoutCounts(withoutMarks(headers))));
  return { ...others, deliveryMode: 2, headers: { ...own, ...deathsElsewhere(delivery) } };
}

/**
 * What the broker has noted about the deaths of a message, except in this queue and its delay queues. An old broker that
 * reads them again would take a message that comes back for one that goes round in circles, and drop it
 * (rabbitmq.com/docs/dlx, "cycles").
 */
function deathsElsewhere(delivery: Delivery): Table {
  const { queue } = delivery;
  const isOurs = (name: Field | undefined) => name === queue || isDelayQueueOf(queue, name);
  return deathsBut(deathsOf(delivery), isOurs);
}

/** The body for that, as it came in. */
export function bodyAgain({ body, compressed }: Delivery): Buffer {
  return compressed?.body ?? body;
}

/**
 * Properties for another queue, as it came first: without CC (kept as x-original-cc), which would send copies once more,
 * perhaps to where the message comes from; without the tries that it had; and without user-id, which the broker checks.
 */
export function propertiesElsewhere(delivery: Delivery): Properties {
  const { userId: _, headers, ...properties } = asFirstSeen(delivery).properties;
  if (!headers) return properties;
  return { ...properties, headers: withoutCc(withoutCounts(withoutMarks(headers))) };
}

/** The headers with CC under a name that does nothing. */
function withoutCc(headers: Table): Table {
  const renamed = Object.entries(headers).map(([name, field]) => [
    name === "CC" ? originalCc : name,
    field,
  ]);
  return Object.fromEntries(renamed);
}
