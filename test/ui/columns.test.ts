// How wide text is, and folding that loses nothing.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldColumns, joinColumns, measureColumns, padColumns } from "../../src/ui/columns.ts";

describe("columns", () => {
  it.each([
    ["", 0],
    ["abc", 3],
    ["é", 1],
    ["e\u0301", 1],
    ["日本", 4],
    ["ｱ", 1],
    ["Ａ", 2],
    ["한", 2],
    ["🐇", 2],
    ["─▶│", 3],
  ])("of %j are %i", (text, columns) => {
    expect(measureColumns(text)).toBe(columns);
  });

  it("are filled up with blanks, and never cut", () => {
    expect(padColumns("日", 4)).toBe("日  ");
    expect(padColumns("abcde", 4)).toBe("abcde");
  });

  it("are folded into pieces that fit, of which nothing is lost", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.integer({ min: 2, max: 9 }),
        (text, width) => {
          const pieces = foldColumns(text, width);
          expect(pieces.join("")).toBe(text);
          expect(pieces.filter((piece) => measureColumns(piece) > width)).toEqual([]);
        },
      ),
    );
  });

  it("are as many as fit for parts in a line", () => {
    expect(joinColumns(["aa", "bb", "日本", "c"], 6)).toEqual(["aa, bb", "日本", "c"]);
    expect(joinColumns(["aa", "日本", "c"], 8)).toEqual(["aa, 日本", "c"]);
    expect(joinColumns(["longer than that", "c"], 8)).toEqual(["longer than that", "c"]);
    expect(joinColumns([], 8)).toEqual([]);
  });
});
