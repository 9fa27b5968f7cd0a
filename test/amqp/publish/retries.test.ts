// When refused messages are sent again. The time is the tests' own.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Retries } from "../../../src/amqp/publish/retries.ts";
import type { Entry } from "../../../src/amqp/publish/entry.ts";
import { message } from "../../support/pretended-publisher.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function entry(body: string, nacks: number): Entry {
  return {
    message: message(body),
    serial: 0,
    nacks,
    takenAt: 0,
    returned: undefined,
    state: "nacked",
  };
}

/** What came again, by its body. */
function open() {
  const again: string[] = [];
  return { retries: new Retries(({ message: { body } }) => again.push(body.toString())), again };
}

it("each waits for its own time, the longer the more often it was refused", () => {
  const { retries, again } = open();
  retries.add(entry("often", 5));
  retries.add(entry("once", 0));
  vi.advanceTimersByTime(100);
  expect(again).toEqual(["once"]);
  retries.add(entry("later", 5));
  // From 1600 to 3200 ms each.
  vi.advanceTimersByTime(1499);
  expect(again).toEqual(["once"]);
  vi.advanceTimersByTime(1701);
  expect(again).toEqual(["once", "often", "later"]);
});

it("those refused equally often come again in the order of refusal", () => {
  const { retries, again } = open();
  const bodies = Array.from({ length: 20 }, (_, i) => `${i}`);
  for (const body of bodies) {
    retries.add(entry(body, 2));
    vi.advanceTimersByTime(7);
  }
  vi.advanceTimersByTime(400);
  expect(again).toEqual(bodies);
});

it("those that wait are counted, until they are due or taken", () => {
  const { retries, again } = open();
  for (const [body, nacks] of [
    ["ab", 0],
    ["cde", 3],
    ["f", 4],
  ] as const)
    retries.add(entry(body, nacks));
  expect(retries).toMatchObject({ size: 3, bytes: 6 });
  vi.advanceTimersByTime(100);
  expect(retries).toMatchObject({ size: 2, bytes: 4 });
  expect(retries.takeAll()).toMatchObject([{ nacks: 3 }, { nacks: 4 }]);
  expect(retries).toMatchObject({ size: 0, bytes: 0 });
  vi.advanceTimersByTime(10_000);
  expect(again).toEqual(["ab"]);
});
