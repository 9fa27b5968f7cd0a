// Characters that are hard to type, in the value of a flag.
import { describe, expect, it } from "vitest";
import { readEscapes } from "../../src/cli/escapes.ts";
import { planPub, wrongUse } from "../support/plan.ts";

describe("escapes", () => {
  it("stand for the characters that are hard to type, and for any byte", () => {
    expect(readEscapes("a\\n\\t\\r\\0\\\\\\xfF\\x41é")).toEqual(
      Buffer.concat([Buffer.from("a\n\t\r\0\\"), Buffer.of(0xff, 0x41), Buffer.from("é")]),
    );
  });

  it.each([
    ["", "expected one character at least"],
    ["\\q", '"\\q" is no escape; there are \\n, \\t, \\r, \\0, \\xNN and \\\\'],
    ["a\\", '"\\" is no escape'],
    ["\\x4", '"\\x" is no escape'],
  ])("%j is refused", (text, message) => {
    expect(wrongUse(() => planPub(["-l", "--delimiter", text]))).toContain(
      `--delimiter "${text}": ${message}`,
    );
  });
});
