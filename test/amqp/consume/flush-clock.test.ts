// When acknowledgements that wait for company are flushed. The time is the test's own.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FlushClock } from "../../../src/amqp/consume/flush-clock.ts";

vi.mock(import("../../../src/time/clock.ts"), async (original) => ({
  ...(await original()),
  now: () => Date.now(),
}));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A clock, and what it has flushed: what is due, or all. `isWaiting`: some always wait for company. */
function start(prefetch: number, isWaiting: boolean) {
  const flushes: ("due" | "all")[] = [];
  const clock = new FlushClock(prefetch, (all) => {
    flushes.push(all ? "all" : "due");
    return isWaiting && !all;
  });
  return { clock, flushes };
}

it.each([
  [8, 2],
  [256, 64],
  [Infinity, 64],
])("with a prefetch of %d, %d verdicts are flushed at once", (prefetch, enough) => {
  const { clock, flushes } = start(prefetch, false);
  clock.added(enough - 1);
  expect(flushes).toEqual([]);
  clock.added(1);
  expect(flushes).toEqual(["due"]);
  vi.advanceTimersByTime(5000);
  expect(flushes).toEqual(["due"]);
});

it("fewer are flushed a millisecond after the first", () => {
  const { clock, flushes } = start(256, false);
  clock.added(1);
  clock.added(1);
  vi.advanceTimersByTime(1);
  expect(flushes).toEqual(["due"]);
});

it("what waits for company is flushed when nothing has come for a moment", () => {
  const { clock, flushes } = start(4, true);
  clock.added(1);
  vi.advanceTimersByTime(99);
  clock.added(1);
  vi.advanceTimersByTime(99);
  expect(flushes).toEqual(["due", "due"]);
  vi.advanceTimersByTime(1);
  expect(flushes).toEqual(["due", "due", "all"]);
});

it("what waits for company is flushed within a second, however busy the run is", () => {
  const { clock, flushes } = start(4, true);
  for (let ms = 0; ms < 1000; ms += 50) {
    clock.added(1);
    vi.advanceTimersByTime(50);
  }
  expect(flushes.indexOf("all")).toBe(20);
});

it("nothing is flushed after a stop", () => {
  const { clock, flushes } = start(8, true);
  clock.added(1);
  clock.stop();
  clock.added(2);
  clock.stop();
  vi.advanceTimersByTime(5000);
  expect(flushes).toEqual(["due"]);
});
