// What is shown instead of characters that would act on a terminal, and that one thing is always shown in one way.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { toLine } from "../../src/message/record.ts";
import { decodeText } from "../../src/message/text.ts";
import { escapeBytes, escapeLine, escapeText } from "../../src/ui/escape.ts";
import { ACTS_ON_TERMINAL } from "../support/hostile.ts";

const anyText = fc.string({ unit: "binary" });
/** Texts with halves of surrogate pairs too. */
const anyUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }))
  .map((units) => String.fromCharCode(...units));

it.each([
  ["a\nb\tc", "a\nb\tc"],
  ["\u001b[2J", "\\x1b[2J"],
  ["\u202e", "\\u202e"],
  ["\u{e0041}", "\\u{e0041}"],
  ["k\udcff", "k\\xff"],
  ["\udc80", "\\x80"],
  // Halves of pairs that stand for no byte.
  ["\ud800", "\\ud800"],
  ["\udc7f\udd00", "\\udc7f\\udd00"],
  ["\u{1f600}", "\u{1f600}"],
])("%j is shown as %s", (text, shown) => {
  expect(escapeText(text)).toBe(shown);
});

it("a byte that is not UTF-8 is shown alike in a body and in a name", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (some) => {
      const bytes = Buffer.from(some);
      expect(escapeBytes(bytes)).toBe(escapeText(decodeText(bytes)));
    }),
  );
  expect(escapeBytes(Buffer.from([0x61, 0xff, 0xc3, 0x28]))).toBe("a\\xff\\xc3(");
});

it("nothing acts on a terminal, and what is shown is well-formed", () => {
  fc.assert(
    fc.property(anyUnits, (text) => {
      const shown = escapeText(text);
      expect(shown).not.toMatch(ACTS_ON_TERMINAL);
      expect(shown.isWellFormed()).toBe(true);
    }),
  );
});

it("a line of JSON needs no escapes", () => {
  fc.assert(
    fc.property(fc.oneof(anyText, anyUnits), (a) => {
      expect(escapeLine(toLine({ a }))).toBe(toLine({ a }));
    }),
  );
});
