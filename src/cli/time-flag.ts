// Makers of flags whose value is a length of time. Other kinds: flag.ts.
import { messageOf, ValueError } from "../errors.ts";
import { one } from "./flag.ts";
import { readDuration } from "./units.ts";

/** A length of time, in milliseconds; a plain number means seconds. */
export const duration = one("SEC", readMs, writeSeconds);

/** A length of time during which something can happen. */
export const positiveDuration = one("SEC", readPositive, writeSeconds);

/** A length of time, or "forever". */
export const outage = one("SEC", readOutage, writeSeconds);

/** A length of time in whole seconds that fits 16 bits. */
export const wholeSeconds = one("SEC", readWholeSeconds, writeSeconds);

function readMs(value: string): number {
  return readDuration(value, 1000);
}

function readPositive(value: string): number {
  const ms = readMs(value);
  if (ms > 0) return ms;
  throw new ValueError("expected a duration longer than 0, such as 0.5, 250ms or 10");
}

function readOutage(value: string): number {
  if (value === "forever") return Infinity;
  try {
    return readMs(value);
  } catch (error) {
    throw new ValueError(`${messageOf(error)}, or forever`);
  }
}

function readWholeSeconds(value: string): number {
  const ms = readMs(value);
  if (ms % 1000 === 0 && ms <= 65_535_000) return ms;
  throw new ValueError("expected whole seconds, at most 65535");
}

function writeSeconds(ms: number): string {
  return `${ms / 1000}`;
}

/** The longest time to live that RabbitMQ takes, in milliseconds: 32 bits (rabbitmq.com/docs/ttl). */
const MAX_TTL_MS = 2 ** 32 - 1;

/** A time to live, in whole milliseconds; a plain number means milliseconds, as in the sample. */
export function timeToLive(bounds: { readonly min: number }) {
  return one("MS", (value) => {
    if (/^\d*\.\d+$/.test(value))
      throw new ValueError(`a plain number means milliseconds; for ${value} s write ${value}s`);
    const ms = readDuration(value, 1);
    if (!Number.isInteger(ms)) throw new ValueError("expected whole milliseconds");
    if (ms >= bounds.min && ms <= MAX_TTL_MS) return ms;
    throw new ValueError(`expected ${bounds.min} to ${MAX_TTL_MS} milliseconds`);
  });
}
