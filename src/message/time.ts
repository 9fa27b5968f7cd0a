// Times as people write them: as milliseconds, and as the whole seconds that an AMQP timestamp holds.
import { ValueError } from "../errors.ts";

/** ISO 8601. Date.parse takes a good deal more: "foo 5" is the first of May 2001 to it. */
const isoTime =
  /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/i;

/** A time such as 2026-01-01T00:00:00Z as milliseconds since 1970; NaN when it is none. */
export function parseTime(text: string): number {
  return isoTime.test(text) && isDay(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
}

/** Date.parse would take the 30th of February for the 2nd of March. */
function isDay(date: string): boolean {
  const day = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date);
}

const MAX_TIMESTAMP = 2n ** 64n - 1n;

/** The same, with all digits: as text where a number cannot hold them. @throws ValueError */
export function readTimestamp(text: string): number | string {
  if (!/^\d+$/.test(text)) return readSeconds(text);
  if (BigInt(text) > MAX_TIMESTAMP)
    throw new ValueError(`expected at most ${MAX_TIMESTAMP} seconds since 1970`);
  return Number.isSafeInteger(Number(text)) ? Number(text) : text;
}

/** A time as whole seconds since 1970, which is all that an AMQP timestamp holds. @throws ValueError */
export function readSeconds(text: string): number {
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : parseTime(text);
  if (Number.isNaN(ms) || ms < 0) {
    throw new ValueError("expected a time such as 2026-01-01T00:00:00Z, or seconds since 1970");
  }
  return Math.floor(ms / 1000);
}
