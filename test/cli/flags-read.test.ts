// No flag is offered that does nothing: the code that turns options into plans reads each. Found by its text, so that an
// option must be read as `options.name`, or by taking options apart.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { con } from "../../src/cli/con.ts";
import type { FlagTable } from "../../src/cli/flag.ts";
import { pub } from "../../src/cli/pub.ts";

const src = join(import.meta.dirname, "../../src");
const programs: readonly { readonly name: string; readonly flags: FlagTable }[] = [pub, con];

const choosing = ["main.ts", "pub.ts", "con.ts", "errand.ts"];

/** What may read options: src/cli without its folders (the tables, and what is made from them), and what chooses the run. */
const code = [...readdirSync(join(src, "cli")).map((name) => join("cli", name)), ...choosing]
  .filter((path) => path.endsWith(".ts"))
  .map((path) => readFileSync(join(src, path), "utf8").replace(/\/\/.*$/gm, ""))
  .join("\n");

/** `options.name`; main.ts calls those that both programs have by other names. */
const members = [...code.matchAll(/\b(?:options|general|asked|generalOf\(\w+\))\.(\w+)/g)].map(
  ([, name = ""]) => name,
);

/** `{ name, other: renamed, third = 1 } = options`, also in the parameters of a function. */
const takenApart = [...code.matchAll(/\{([^{}]*)\}(?=: | = )/g)].flatMap(([, names = ""]) =>
  names.split(",").map((part) => /^\s*(\w*)/.exec(part)?.[1] ?? ""),
);

const read = new Set([...members, ...takenApart]);

it.each(programs)("each flag of $name is read by something", ({ flags }) => {
  const unread = Object.entries(flags).filter(([key, { ignored }]) => !ignored && !read.has(key));
  expect(unread.map(([key]) => key)).toEqual([]);
});
