// What was meant by a misspelled word.
import { describe, expect, it } from "vitest";
import { findSimilar } from "../../src/cli/similar.ts";

describe("a misspelled word", () => {
  it.each([
    ["prefech", "prefetch"],
    ["prefetchh", "prefetch"],
    ["perfetch", "prefetch"],
    ["prefetsh", "prefetch"],
    ["quue", "queue"],
    ["queueu", "queue"],
  ])("%s may mean %s", (word, meant) => {
    expect(findSimilar(word, ["count", "queue", "prefetch"])).toBe(meant);
  });

  it.each(["", "x", "consumer", "prefers"])("%j means none of them", (word) => {
    expect(findSimilar(word, ["count", "queue", "prefetch"])).toBeUndefined();
  });

  it("means nothing where there are no words", () => {
    expect(findSimilar("queue", [])).toBeUndefined();
  });
});
