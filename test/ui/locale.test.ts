// What the environment says of characters.
import { describe, expect, it } from "vitest";
import { speaksUtf8 } from "../../src/ui/locale.ts";

describe("the locale", () => {
  it.each([
    [{ LANG: "C.UTF-8" }, true],
    [{ LANG: "de_DE.utf8" }, true],
    [{ LANG: "de_DE.UTF-8", LC_ALL: "C" }, false],
    [{ LANG: "C", LC_CTYPE: "en_US.UTF-8" }, true],
    [{ LANG: "C.UTF-8", LC_ALL: "" }, true],
    [{}, false],
  ])("%j is UTF-8: %s", (env, isUtf8) => {
    expect(speaksUtf8(env)).toBe(isUtf8);
  });
});
