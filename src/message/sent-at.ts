// The header that tells when a message was sent, for latency from end to end (--latency-header).
import { openWallClock } from "../time/clock.ts";
import { isTaggedInt } from "./exact-json.ts";
import type { Field } from "./fields.ts";
import type { Message, Properties } from "./message.ts";

/** Its name. The value is an int64: microseconds since 1970. */
const SENT_AT = "x-sent-at";

/** Puts the time into the header of each message. */
export function stamping(): (message: Message) => Message {
  const clock = openWallClock();
  return (message) => stamp(message, clock());
}

/** The message with the header. */
export function stamp(message: Message, micros: number): Message {
  const headers = { ...message.properties.headers, [SENT_AT]: { int: `${micros}` } };
  return { ...message, properties: { ...message.properties, headers } };
}

/** Microseconds since 1970; undefined when the message does not say, or says something else than a time. */
export function readSentAt({ headers }: Properties): number | undefined {
  const field = headers?.[SENT_AT];
  const micros = field === undefined ? undefined : toNumber(field);
  return micros !== undefined && Number.isSafeInteger(micros) && micros > 0 ? micros : undefined;
}

function toNumber(field: Field): number | undefined {
  if (typeof field === "number") return field;
  return isTaggedInt(field) ? Number(field.int) : undefined;
}
