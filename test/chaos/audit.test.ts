// The audit must find what a broken program would do: else a chaos run proves nothing.
import { describe, expect, it } from "vitest";
import { audit, type Sight } from "./audit.ts";
import { chooseFaults, faults } from "./faults.ts";
import { randomFrom } from "./random.ts";

const clean = {
  confirmed: 4,
  confirmedTwice: 0,
  lost: 0,
  lostRanges: "",
  duplicates: 0,
  outOfOrder: 0,
  putBackLate: 0,
  foreign: 0,
};

/** Sights in this order; negative numbers were redelivered. */
function seen(numbers: readonly number[]): readonly Sight[] {
  return numbers.map((number) => ({ number: Math.abs(number), redelivered: number < 0 }));
}

describe("the audit", () => {
  it("finds nothing when everything came once, in order", () => {
    expect(audit({ messages: 4, confirmed: [1, 2, 3, 4], received: seen([1, 2, 3, 4]) })).toEqual(
      clean,
    );
  });

  it.each([
    ["a lost message", [1, 2, 3, 4], [1, 2, 4], { lost: 1, lostRanges: "3" }],
    ["duplicates, but no disorder in them", [1, 2, 3, 4], [1, 2, 3, 1, 2, 3, 4], { duplicates: 3 }],
    ["disorder at first sight", [1, 2, 3, 4], [1, 3, 2, 4], { outOfOrder: 1 }],
    [
      "what the broker has put back late",
      [1, 2, 3, 4],
      [1, 3, -2, -1, 4],
      { putBackLate: 1, duplicates: 1 },
    ],
    ["what was never given", [1, 2, 3, 4], [1, 2, 3, 4, 5, 0], { foreign: 2 }],
    ["what is shown as sent twice", [1, 2, 2, 3, 4], [1, 2, 3, 4], { confirmedTwice: 1 }],
    ["no loss in what was not confirmed", [1, 2, 4], [1, 2, 4], { confirmed: 3 }],
  ])("finds %s", (_, confirmed, received, found) => {
    expect(audit({ messages: 4, confirmed, received: seen(received) })).toEqual({
      ...clean,
      ...found,
    });
  });
});

function names(seed: number, count: number): readonly string[] {
  return chooseFaults(count, randomFrom(seed)).map(({ name }) => name);
}

describe("the choice of faults", () => {
  it("is the same for the same seed, and another one for another", () => {
    expect(names(7, 12)).toEqual(names(7, 12));
    expect(names(7, 12)).not.toEqual(names(8, 12));
  });

  it("takes every kind before any comes twice", () => {
    expect(new Set(names(1, faults.length)).size).toBe(faults.length);
    expect(names(1, 3 * faults.length)).toHaveLength(3 * faults.length);
  });
});
