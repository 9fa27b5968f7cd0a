// A clock that only goes forward. `performance.now()` would load node:perf_hooks at start, which costs 2 ms.
// oxlint-disable-next-line no-restricted-imports -- hrtime touches nothing outside
import { hrtime } from "node:process";

/** Milliseconds since some moment in the past; only differences mean something. */
export function now(): number {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

/** How far the steady clock may be off the system's before it is set again: after a correction, or after sleep. */
const MAX_DRIFT_MS = 10;

/** A clock in microseconds since 1970, for comparing with other processes. It follows the system's clock. */
export function openWallClock(): () => number {
  let offset = performance.timeOrigin + performance.now() - now();
  return () => {
    const steady = now();
    const drift = Date.now() - (steady + offset);
    if (Math.abs(drift) > MAX_DRIFT_MS) offset += drift;
    return Math.round((steady + offset) * 1000);
  };
}
