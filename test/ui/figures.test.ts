// Figures as people read them.
import { describe, expect, it } from "vitest";
import {
  formatAxis,
  formatDuration,
  formatMicros,
  formatRate,
  listPercentiles,
} from "../../src/ui/figures.ts";
import { Histogram } from "../../src/measure/histogram.ts";

describe("a latency", () => {
  it.each([
    [0, "0 ms"],
    [1, "0.001 ms"],
    [312, "0.312 ms"],
    [1234, "1.23 ms"],
    [12_345, "12.3 ms"],
    [999_499, "999 ms"],
    [999_500, "1.00 s"],
    [61_200_000, "61.2 s"],
    [94_680_000_000, "26.3 h"],
  ])("of %d microseconds is %s", (micros, text) => {
    expect(formatMicros(micros)).toBe(text);
  });
});

describe("a duration", () => {
  it.each([
    [0, "0.0 s"],
    [440, "0.4 s"],
    [9_940, "9.9 s"],
    [12_400, "12 s"],
    [119_400, "119 s"],
    [200_000, "3 min 20 s"],
    [7_500_000, "2 h 5 min"],
  ])("of %d milliseconds is %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe("a value of an axis", () => {
  it.each([
    [0, "0"],
    [0.5, "0.5"],
    [9.5, "9.5"],
    [950, "950"],
    [999.6, "1k"],
    [1500, "1.5k"],
    [5000, "5k"],
    [102_345, "102k"],
    [3_400_000, "3.4M"],
    [7e9, "7G"],
    [2e12, "2T"],
  ])("%d is %s", (value, text) => {
    expect(formatAxis(value)).toBe(text);
    expect(text.length).toBeLessThanOrEqual(4);
  });
});

describe("a rate", () => {
  it("is whole but when it is small", () => {
    expect([0, 0.25, 9.96, 10, 104_115.4].map(formatRate)).toEqual([
      "0.0",
      "0.3",
      "10.0",
      "10",
      "104115",
    ]);
  });
});

describe("percentiles", () => {
  it("have names, and the largest latency stands at the end", () => {
    const latency = new Histogram();
    for (let micros = 1; micros <= 100; micros++) latency.record(micros);
    expect(listPercentiles(latency)).toEqual([
      "p50 0.050 ms",
      "p75 0.075 ms",
      "p95 0.095 ms",
      "p99 0.099 ms",
      "max 0.100 ms",
    ]);
  });
});
