// The histogram against the exact numbers.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Histogram } from "../../src/measure/histogram.ts";

/** Latencies of every size, small ones as likely as large ones. */
const values = fc.oneof(
  fc.nat(200),
  fc.nat(10_000_000),
  fc.maxSafeNat(),
  fc.constantFrom(2 ** 31 - 1, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER),
);
const shares = fc.double({ min: 0, max: 1, noNaN: true });

function histogramOf(numbers: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const number of numbers) histogram.record(number);
  return histogram;
}

/** The smallest value that the share of all values does not exceed. */
function exactPercentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? 0;
}

function expectClose(told: number, exact: number): void {
  expect(told).toBeGreaterThanOrEqual(exact);
  expect(told - exact).toBeLessThanOrEqual(exact / 64);
}

describe("a percentile", () => {
  it("is the exact one or at most 1/64 above it", () => {
    fc.assert(
      fc.property(fc.array(values, { minLength: 1 }), shares, (numbers, share) => {
        expectClose(histogramOf(numbers).percentile(share), exactPercentile(numbers, share));
      }),
    );
  });

  it("is exact below 128, and at the end", () => {
    const histogram = histogramOf([127, 3, 3, 1_000_003]);
    expect([0, 0.5, 0.75, 1].map((share) => histogram.percentile(share))).toEqual([
      3, 3, 127, 1_000_003,
    ]);
    expect(histogram.max).toBe(1_000_003);
  });

  it("is 0 where nothing was recorded", () => {
    expect(new Histogram().percentile(0.99)).toBe(0);
    expect(new Histogram().mean).toBe(0);
  });
});

describe("values that are none", () => {
  it.each([
    [-5, 0],
    [Number.NaN, 0],
    [-Infinity, 0],
    [Infinity, Number.MAX_SAFE_INTEGER],
    [1.9, 1],
  ])("%d counts as %d", (value, counted) => {
    const histogram = histogramOf([value]);
    expect(histogram.count).toBe(1);
    expect(histogram.max).toBe(counted);
  });
});

describe("what came since a snapshot", () => {
  it("is counted apart, and the snapshot stays as it is", () => {
    fc.assert(
      fc.property(fc.array(values), fc.array(values), (before, after) => {
        const histogram = histogramOf(before);
        const snapshot = histogram.snapshot();
        for (const value of after) histogram.record(value);
        const since = histogram.since(snapshot);
        expect(snapshot.count).toBe(before.length);
        expect(since.count).toBe(after.length);
        const [median, max] = [exactPercentile(after, 0.5), Math.max(0, ...after)];
        expectClose(since.percentile(0.5), median);
        expectClose(since.max, max);
      }),
    );
  });

  it("has a mean of its own", () => {
    const histogram = histogramOf([1_000_000]);
    const snapshot = histogram.snapshot();
    histogram.record(10);
    histogram.record(30);
    expect(histogram.since(snapshot).mean).toBe(20);
  });
});

describe("bins", () => {
  it("cover all values without gap or overlap, whatever their width", () => {
    const widths = fc.constantFrom(1, 2, 4, 64);
    fc.assert(
      fc.property(fc.array(values, { minLength: 1 }), widths, (numbers, perDoubling) => {
        const bins = histogramOf(numbers).bins(perDoubling);
        const counts = bins.map(
          ({ from, to }) => numbers.filter((n) => n >= from && n <= to).length,
        );
        expect(bins.map(({ count }) => count)).toEqual(counts);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(numbers.length);
        expect(bins.slice(1).map(({ from }) => from)).toEqual(
          bins.slice(0, -1).map(({ to }) => to + 1),
        );
      }),
    );
  });

  it("are none where nothing was recorded", () => {
    expect(new Histogram().bins(4)).toEqual([]);
  });
});
