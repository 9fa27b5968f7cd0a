// No flag is offered that does nothing: the code that turns a program's options into plans reads each. Found by its text, so
// that an option must be read as `options.name`, or by taking options apart. What both programs share counts for both.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { con } from "../../src/cli/con.ts";
import type { FlagTable } from "../../src/cli/flag.ts";
import { pub } from "../../src/cli/pub.ts";

const src = join(import.meta.dirname, "../../src");

const programs: readonly {
  readonly name: string;
  readonly flags: FlagTable;
  readonly start: string;
}[] = [
  { ...pub, start: "pub.ts" },
  { ...con, start: "con.ts" },
];

const textOf = (path: string): string =>
  readFileSync(join(src, path), "utf8").replace(/\/\/.*$/gm, "");

/** What may read options: src/cli without its folders (the tables, and what is made from them), and what chooses the run. */
const mayRead = /^(?:cli\/[^/]+|main\.ts|pub\.ts|con\.ts|errand\.ts)$/;

/** Such files, from one on along its imports. */
function reachable(path: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(path) || !mayRead.test(path)) return seen;
  seen.add(path);
  for (const [, from = ""] of textOf(path).matchAll(/\bfrom "(\.[^"]+)"/g))
    reachable(join(path, "..", from), seen);
  return seen;
}

/** The names of the options that these files read. */
function readIn(paths: Iterable<string>): ReadonlySet<string> {
  const code = [...paths].map(textOf).join("\n");
  /** `options.name`; main.ts calls those that both programs have by other names. */
  const members = code.matchAll(/\b(?:options|general|asked|generalOf\(\w+\))\.(\w+)/g);
  /** `{ name, other: renamed, third = 1 } = options`, also in the parameters of a function. */
  const takenApart = [...code.matchAll(/\{([^{}]*)\}(?=: | = )/g)].flatMap(([, names = ""]) =>
    names.split(",").map((part) => /^\s*(\w*)/.exec(part)?.[1] ?? ""),
  );
  return new Set([...[...members].map(([, name = ""]) => name), ...takenApart]);
}

it.each(programs)("each flag of $name is read in what it imports", ({ flags, start }) => {
  const read = readIn(new Set([...reachable("main.ts"), ...reachable(start)]));
  const unread = Object.entries(flags).filter(([key, { ignored }]) => !ignored && !read.has(key));
  expect(unread.map(([key]) => key)).toEqual([]);
});
