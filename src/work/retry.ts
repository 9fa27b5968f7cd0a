// Another try, later: the delay queue in which a message waits, and the message as it waits there. Pure; what is published
// when, and that the original is acknowledged only after it, is aftermath.ts.
import type { QueuePlan } from "../amqp/session/topology.ts";
import { withoutDeaths } from "../message/deaths.ts";
import { textToField } from "../message/exact-text.ts";
import type { Table } from "../message/fields.ts";
import type { Delivery, Message } from "../message/message.ts";
import { delayQueueName } from "../message/delay-queue.ts";
import { asFirstSeen, changesOf, deathsOf, retryHeaders } from "../message/retry-marks.ts";
import { attemptOf, bodyAgain, propertiesAgain, tryOf } from "./tries.ts";

/** How often a message is tried again, and when. */
export interface RetryPlan {
  /** Tries after the first one. */
  readonly retries: number;
  readonly delayMs: number;
  /** Each delay is this many times the one before. */
  readonly backoff: number;
}

const LONGEST_DELAY_MS = 24 * 3_600_000;
/** How long after its declaration messages may still be put into a delay queue. */
export const LEASE_MS = 3_600_000;
/** How much longer a message may wait when its delay is over: RabbitMQ retries a full queue only every 3 to 6 minutes. */
const SPARE_MS = 24 * 3_600_000;

/** How long a message waits after a try that failed; undefined when that was the last one. */
export function delayAfter(attempt: number, plan: RetryPlan): number | undefined {
  if (attempt > plan.retries) return undefined;
  // Bounded before it is used: 0 times Infinity is NaN.
  const factor = Math.min(plan.backoff ** (attempt - 1), LONGEST_DELAY_MS);
  return Math.round(Math.min(plan.delayMs * factor, LONGEST_DELAY_MS));
}

/** The names of all delay queues that messages of a queue may wait in. */
export function delayQueueNames(queue: string, plan: RetryPlan): readonly string[] {
  const attempts = Array.from({ length: plan.retries }, (_, i) => i + 1);
  const delays = attempts.map((attempt) => delayAfter(attempt, plan) ?? 0);
  return delays.map((delayMs) => delayQueueName(queue, delayMs));
}

/**
 * The queue in which messages of `queue` wait that long before the broker puts them back (rabbitmq.com/docs/dlx). The
 * broker deletes it some time after the last declaration (x-expires), full or empty: late enough for
 * every message that came in time (`LEASE_MS`).
 */
export function delayQueue(queue: string, delayMs: number): QueuePlan {
  return {
    name: delayQueueName(queue, delayMs),
    durable: true,
    autoDelete: false,
    exclusive: false,
    arguments: {
      "x-message-ttl": { int: `${delayMs}` },
      "x-expires": { int: `${LEASE_MS + delayMs + SPARE_MS}` },
      "x-dead-letter-exchange": "",
      "x-dead-letter-routing-key": queue,
      // Only then does the broker wait for a confirm before it lets go of what it puts back: a classic queue drops what
      // expires while `queue` has no leader, or its node is down.
      "x-queue-type": "quorum",
      "x-dead-letter-strategy": "at-least-once",
      "x-overflow": "reject-publish",
    },
  };
}

/** The message for the delay queue: it says how many tries there have been, and what it was first. */
export function delayed(delivery: Delivery, delayedIn: string): Message {
  const seen = asFirstSeen(delivery);
  const { headers = {}, ...properties } = propertiesAgain(delivery);
  const marks = {
    [retryHeaders.count]: tryOf(delivery),
    [retryHeaders.deliveries]: attemptOf(delivery),
    [retryHeaders.queue]: delivery.queue,
    [retryHeaders.exchange]: textToField(seen.exchange),
    [retryHeaders.routingKey]: textToField(seen.routingKey),
    ...unlessEmpty(retryHeaders.deaths, deathsOf(delivery)),
    ...unlessEmpty(retryHeaders.properties, changesOf(seen.properties)),
  };
  return {
    exchange: "",
    routingKey: delayedIn,
    properties: { ...properties, headers: { ...withoutDeaths(headers), ...marks } },
    body: bodyAgain(delivery),
  };
}

function unlessEmpty(name: string, table: Table): Table {
  return Object.keys(table).length > 0 ? { [name]: table } : {};
}
