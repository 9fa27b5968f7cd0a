// Each likely mistake: a command line that makes it, and the next one, which does not.
import { describe, expect, it } from "vitest";
import { findMistakes } from "../../src/preview/mistakes.ts";
import { sketchConsume, sketchPublish } from "../../src/preview/sketch.ts";
import { cases, rules } from "../support/likely-mistakes.ts";
import { planCon, planPub } from "../support/plan.ts";

/** A command line as it would be typed; no word holds a blank. */
function sketch(command: string) {
  const [program, ...argv] = command.replaceAll("''", "").split(" ");
  return program === "pub" ? sketchPublish(planPub(argv)) : sketchConsume(planCon(argv));
}

describe("a likely mistake", () => {
  it.each(cases)("%s: %s is told, %s is not", (rule, wrong, right, told) => {
    expect(rules[rule](sketch(wrong))?.slice(0, told.length)).toBe(told);
    expect(rules[rule](sketch(right))).toBeUndefined();
  });

  it("is a sentence that begins small and ends", () => {
    const sentences = cases.map(([rule, wrong]) => rules[rule](sketch(wrong)) ?? "");
    expect(sentences.filter((sentence) => !/^[a-z-].*[a-z)].*\.$/.test(sentence))).toEqual([]);
  });

  it("has a test for every rule", () => {
    const tested = new Set(cases.map(([rule]) => rule));
    expect(Object.keys(rules).filter((name) => !new Set<string>(tested).has(name))).toEqual([]);
  });
});

describe("the mistakes of a command line", () => {
  it("are all told", () => {
    expect(findMistakes(sketch("pub -q q -Q --exclusive --mandatory -k q"))).toHaveLength(2);
  });

  it.each([
    "con -q hello -Q",
    "con -q tasks -Q --durable-queue --nad-queue --prefetch 1",
    "con -e logs -E -t fanout -Q --exclusive --bind-queue",
    "con -e logs -E -t topic -Q --exclusive --bind-queue -k kern.#",
    "pub -k hello -m x --mandatory --confirm",
    "pub -q tasks -Q --durable-queue --nad-queue -m work --persistent",
    "pub -e logs -t fanout -m x",
  ])("are none in %s", (command) => {
    expect(findMistakes(sketch(command))).toEqual([]);
  });

  it("are not looked for where existing things are only checked", () => {
    expect(findMistakes(sketch("con -q q -Q --passive --prefetch 0"))).toEqual([]);
  });
});
