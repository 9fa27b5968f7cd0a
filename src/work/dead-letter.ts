// A message that has failed for good, as it goes to --dead-letter: with the reason, and with the notes that a broker makes
// when it dead-letters (rabbitmq.com/docs/dlx), so that tools which read those can send it back. Pure.
import type { Destination } from "../amqp/publish/courier.ts";
import { textToField } from "../message/exact-text.ts";
import { isList, type Field, type Table } from "../message/fields.ts";
import type { Delivery, Message } from "../message/message.ts";
import { failureHeaders, withFailure } from "../message/failure-marks.ts";
import { asFirstSeen } from "../message/retry-marks.ts";
import { describeEnd, exitCodeOf, type End } from "./judgement.ts";
import { attemptOf, bodyAgain, propertiesAgain } from "./tries.ts";

/** Why it has failed. */
export interface Cause {
  readonly end: End;
  /** The beginning of what the handler wrote to standard error. */
  readonly stderr: Buffer;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The message for the dead-letter destination. */
export function deadLetter(delivery: Delivery, to: Destination, cause: Cause): Message {
  const seen = asFirstSeen(delivery);
  const { headers = {}, ...properties } = propertiesAgain(delivery);
  return {
    exchange: to.exchange,
    routingKey: to.routingKey ?? seen.routingKey,
    properties: {
      ...properties,
      headers: {
        ...withFailure(headers, failureOf(seen, cause)),
        ...deathOf(seen, headers, cause),
      },
    },
    body: bodyAgain(delivery),
  };
}

function failureOf(seen: Delivery, { end, stderr }: Cause): Table {
  const code = exitCodeOf(end);
  return {
    [failureHeaders.reason]: describeEnd(end),
    ...(code !== undefined && { [failureHeaders.exitCode]: code }),
    [failureHeaders.stderr]: stderr.toString("utf8"),
    [failureHeaders.attempts]: attemptOf(seen),
    [failureHeaders.exchange]: textToField(seen.exchange),
    [failureHeaders.routingKey]: textToField(seen.routingKey),
    [failureHeaders.queue]: seen.queue,
  };
}

function deathOf(seen: Delivery, headers: Table, { at }: Cause): Table {
  const { queue, properties } = seen;
  const exchange = textToField(seen.exchange);
  const { CC } = properties.headers ?? {};
  const earlier = headers["x-death"];
  const death: Field = {
    count: { int: "1" },
    reason: "rejected",
    queue,
    time: { timestamp: Math.floor(at / 1000) },
    exchange,
    "routing-keys": [textToField(seen.routingKey), ...(CC !== undefined && isList(CC) ? CC : [])],
  };
  const isFirst = headers["x-first-death-queue"] === undefined;
  return {
    "x-death": [death, ...(earlier !== undefined && isList(earlier) ? earlier : [])],
    ...(isFirst && {
      "x-first-death-queue": queue,
      "x-first-death-reason": "rejected",
      "x-first-death-exchange": exchange,
    }),
  };
}
