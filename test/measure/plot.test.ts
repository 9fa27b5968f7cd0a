// The axes of the report's plots.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Histogram } from "../../src/measure/histogram.ts";
import {
  plotLatencies,
  plotOverTime,
  ticksBetween,
  ticksUpTo,
  timeTicks,
} from "../../src/measure/plot.ts";

describe("an axis of values", () => {
  it("begins at 0, reaches the largest value, and has few ticks", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e15, noNaN: true }), (max) => {
        const ticks = ticksUpTo(max);
        expect(ticks[0]).toBe(0);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(max * (1 - 1e-9));
        expect(ticks.length).toBeGreaterThanOrEqual(3);
        expect(ticks.length).toBeLessThanOrEqual(6);
      }),
    );
  });

  it("is there when all values are 0", () => {
    expect(ticksUpTo(0)).toEqual([0, 0.5, 1]);
  });
});

describe("an axis of time", () => {
  it.each([
    [3800, 500, 8],
    [60_000, 10_000, 7],
    [86_400_000, 14_400_000, 7],
  ])("of %d ms has a tick each %d ms", (lastMs, stepMs, count) => {
    const ticks = timeTicks(lastMs);
    expect(ticks[1]).toBe(stepMs);
    expect(ticks).toHaveLength(count);
  });

  it("has at most nine ticks, however long the run", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 11 }), (lastMs) => {
        expect(timeTicks(lastMs).length).toBeLessThanOrEqual(9);
      }),
    );
  });
});

describe("an axis of latencies", () => {
  it.each([
    [1, 2_000_000, [1, 10, 100, 1000, 10_000, 100_000, 1_000_000]],
    [600, 9000, [1000, 2000, 5000]],
    [7602, 7800, [7650, 7700, 7750, 7800]],
  ])("from %d to %d has round values", (low, high, ticks) => {
    expect(ticksBetween(low, high)).toEqual(ticks);
  });
});

describe("a plot", () => {
  it("stays in its picture, and is a gap where nothing is known", () => {
    const steps = [
      { fromMs: 0, toMs: 100, value: 5 },
      { fromMs: 100, toMs: 200, value: undefined },
      { fromMs: 200, toMs: 300, value: 10 },
    ];
    const { text } = plotOverTime("rate", [{ name: "rate", steps }]);
    expect(/ d="([^"]*)"/.exec(text)?.[1]).toMatch(/^M62 [\d.]+H[\d.]+M[\d.]+ 12H746$/);
  });

  it("has a bar for each bin of a histogram, and says what it stands for", () => {
    const latency = new Histogram();
    for (const micros of [1000, 1000, 3000]) latency.record(micros);
    const { text } = plotLatencies("latencies", latency);
    const titles = [...text.matchAll(/<rect[^>]*><title>([^<]*)<\/title>/g)].map(
      ([, title]) => title,
    );
    expect(titles[0]).toBe("0.992 ms to 1.01 ms: 2");
    expect(titles.at(-1)).toMatch(/: 1$/);
    expect(titles.length).toBeLessThanOrEqual(60);
    expect(text).not.toMatch(/NaN|Infinity|="-/);
  });

  it("of nothing at all is still a picture", () => {
    for (const { text } of [plotOverTime("rate", []), plotLatencies("latencies", new Histogram())])
      expect(text).not.toMatch(/NaN|Infinity|="-/);
  });
});
