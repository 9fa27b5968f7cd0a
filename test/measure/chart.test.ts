// The live chart: that it fits, names round values, and is where it should be.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawRates } from "../../src/measure/chart.ts";

const frame = { columns: 60, rows: 20, isUnicode: true };

describe("a chart", () => {
  it("fits its frame, whatever the rates and the terminal", () => {
    const rates = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { maxLength: 300 });
    const frames = fc.record({
      columns: fc.integer({ min: 1, max: 250 }),
      rows: fc.integer({ min: -5, max: 60 }),
      isUnicode: fc.boolean(),
    });
    fc.assert(
      fc.property(rates, frames, (list, wanted) => {
        const lines = drawRates(list, 1000, wanted);
        expect(lines.length).toBeLessThanOrEqual(Math.max(0, wanted.rows));
        const longest = Math.max(0, ...lines.map((line) => line.length));
        expect(longest).toBeLessThanOrEqual(wanted.columns);
      }),
    );
  });

  it("names round values from 0 up, and how far back it goes", () => {
    const lines = drawRates([0, 30_000, 35_000, 12_000], 1000, frame);
    const labels = lines.map((line) => line.slice(0, 6).trim()).filter(Boolean);
    expect(labels).toEqual(["40k", "30k", "20k", "10k", "0"]);
    expect(lines.at(-1)?.trim()).toBe("messages per second, last 4.0 s");
  });

  it("shows a run that stands still, and one that has just begun", () => {
    expect(drawRates([0, 0, 0], 1000, frame).join("\n")).toMatch(/0┼──/);
    expect(drawRates([5], 1000, frame)).not.toEqual([]);
    expect(drawRates([], 1000, frame)).toEqual([]);
  });

  it("keeps the newest rates when there are too many", () => {
    const many = [...Array.from({ length: 500 }, () => 1000), 0];
    const last = drawRates(many, 1000, frame).find((line) => line.startsWith("     0"));
    expect(last?.trimEnd().endsWith("╰")).toBe(true);
  });

  it("is plain ASCII where the terminal knows no more", () => {
    const text = drawRates([0, 5, 9, 2, 7, 7], 1000, { ...frame, isUnicode: false }).join("\n");
    expect(text).toMatch(/^[ -~\n]+$/);
    expect(text).toContain("'");
  });

  it("is left out on a terminal that is too small for it", () => {
    expect(drawRates([1, 2], 1000, { ...frame, rows: 6 })).toEqual([]);
    expect(drawRates([1, 2], 1000, { ...frame, columns: 39 })).toEqual([]);
  });
});
