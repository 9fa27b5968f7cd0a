// A clock that only goes forward. `performance.now()` would load node:perf_hooks at start, which costs 2 ms.
// oxlint-disable-next-line no-restricted-imports
import { hrtime } from "node:process";

/** Milliseconds since some moment in the past; only differences mean something. */
export function now(): number {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
