// --to-origin: a dead letter goes back to where it first died (rabbitmq.com/docs/dlx, "Effects on Messages").
import { ValueError } from "../errors.ts";
import { deathsBut, firstDeath, keysOf, withoutDeaths } from "../message/deaths.ts";
import { fieldToText, textToField } from "../message/exact-text.ts";
import type { Field, Table } from "../message/fields.ts";
import type { Message, Properties } from "../message/message.ts";
import { withoutCounts } from "../message/broker-counts.ts";
import { isDelayQueue } from "../message/delay-queue.ts";
import { withoutFailure } from "../message/failure-marks.ts";
import {
  ccOf,
  firstTryOf,
  originalCc,
  originalProperties,
  savedDeaths,
  withoutMarks,
} from "../message/retry-marks.ts";

interface Origin {
  readonly exchange: string | undefined;
  readonly keys: readonly Field[];
}

/**
 * The message with the exchange and the keys it had before it first died: the first one is its own, the others are CC
 * (rabbitmq.com/docs/sender-selected). What the broker and we have noted of its failures is left out, so that it
 * starts anew.
 * @throws ValueError when it never died
 */
export function toOrigin(message: Message): Message {
  const { headers = {} } = message.properties;
  const { exchange, keys } = originOf(headers);
  const [key, ...others] = keys;
  const routingKey = fieldToText(key);
  if (exchange === undefined || routingKey === undefined)
    throw new ValueError(
      "it was never dead-lettered: its x-death header names no exchange and key",
    );
  const own = withoutDeaths(withoutCounts(withoutFailure(withoutMarks(headers))));
  const { [originalCc]: _, ...rest } = own;
  const kept = others.length > 0 ? { ...rest, CC: others } : own;
  const properties = { ...withoutTries(message.properties), headers: kept };
  return { ...message, exchange, routingKey, properties: withoutEmpty(properties) };
}

/** Where it was before its first death; before its first try, when it had not died then. */
function originOf(headers: Table): Origin {
  const tried = firstTryOf(headers);
  const death = firstDeath(deathsBut(tried ? savedDeaths(headers) : headers, isDelayQueue));
  if (!tried || death)
    return { exchange: fieldToText(death?.["exchange"]), keys: death ? keysOf(death) : [] };
  return { exchange: tried.exchange, keys: [textToField(tried.routingKey), ...ccOf(headers)] };
}

/** As they were before it was tried again, but for its expiration, which a broker takes from what dies. */
function withoutTries(properties: Properties): Properties {
  if (!firstTryOf(properties.headers ?? {})) return properties;
  const { expiration: _, ...others } = originalProperties(properties);
  return others;
}

function withoutEmpty({ headers = {}, ...others }: Properties): Properties {
  return Object.keys(headers).length > 0 ? { ...others, headers } : others;
}
