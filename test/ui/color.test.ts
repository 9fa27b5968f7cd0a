// --color before the flags are read.
import { expect, it } from "vitest";
import { colorAsTyped } from "../../src/ui/color.ts";

it.each([
  [["-q", "x", "--color", "never"], {}, "never"],
  [["--color=always"], {}, "always"],
  [["-q", "x"], { AMQP_COLOR: "never" }, "never"],
  [["--color", "auto"], { AMQP_COLOR: "never" }, "auto"],
  [["--color", "blue"], {}, "auto"],
  [["-m", "a --color never"], {}, "auto"],
])("%j with %j is %s", (words, env, choice) => {
  expect(colorAsTyped(words, env)).toBe(choice);
});
