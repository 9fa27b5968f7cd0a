// Rates and gaps, by a clock that the test turns.
import { describe, expect, it } from "vitest";
import { Pace } from "../../src/time/pace.ts";
import { gaps } from "../../src/source/pace.ts";

/** A clock that goes on only while somebody waits, each time `late` more than was asked for. */
function openClock(late = 0) {
  const clock = {
    at: 1000,
    now: () => clock.at,
    pause: async (ms: number) => {
      clock.at += ms + late;
    },
  };
  return clock;
}

const signal = new AbortController().signal;

async function times(clock: ReturnType<typeof openClock>, gapsMs: readonly number[], pace: Pace) {
  const sent: number[] = [];
  for (const gap of gapsMs) {
    await pace.next(gap);
    sent.push(Math.round(clock.at - 1000));
  }
  return sent;
}

describe("a pace", () => {
  it("sends the first message at once, and each other one its gap later", async () => {
    const clock = openClock();
    expect(await times(clock, [100, 100, 50, 0], new Pace(signal, clock))).toEqual([
      0, 100, 150, 150,
    ]);
  });

  it("makes up for timers that come late", async () => {
    const clock = openClock(3);
    const sent = await times(
      clock,
      Array.from({ length: 101 }, () => 10),
      new Pace(signal, clock),
    );
    expect(sent.at(-1)).toBeGreaterThanOrEqual(1000);
    expect(sent.at(-1)).toBeLessThan(1010);
  });

  it("keeps a rate that is faster than any timer", async () => {
    const clock = openClock(1);
    const sent = await times(
      clock,
      Array.from({ length: 10_001 }, () => 0.1),
      new Pace(signal, clock),
    );
    expect(sent.at(-1)).toBeGreaterThanOrEqual(999);
    expect(sent.at(-1)).toBeLessThan(1010);
  });

  it("does not make up for a long stall by a burst", async () => {
    const clock = openClock();
    const pace = new Pace(signal, clock);
    await times(clock, [100, 100], pace);
    clock.at += 60_000;
    const sent = await times(clock, [100, 100, 100], pace);
    expect(sent.map((at) => at - 60_100)).toEqual([0, 100, 200]);
  });
});

describe("recorded gaps", () => {
  it("are as many times shorter as asked for", () => {
    const gap = gaps(2);
    expect([1000, 1500, 1500, 5500].map(gap)).toEqual([0, 250, 0, 2000]);
  });

  it("are none where the clock went back, or nobody knows the time", () => {
    const gap = gaps(1);
    expect([1000, 900, undefined, 1000].map(gap)).toEqual([0, 0, 0, 100]);
  });
});
