// Writes what is made from the flag tables and exit codes: man pages, completions, and two parts of the README.
// `npm run generate` writes; with `--check` it writes nothing, names each stale file and exits 1. For tests, a folder
// can stand in for this project.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { con } from "../src/cli/con.ts";
import type { FlagTable } from "../src/cli/flag.ts";
import { completions } from "../src/cli/generate/completions.ts";
import { manPage } from "../src/cli/generate/man.ts";
import { exitCodeTable, flagReference } from "../src/cli/generate/markdown.ts";
import type { Program } from "../src/cli/program.ts";
import { pub } from "../src/cli/pub.ts";

const [folder] = process.argv.slice(2).filter((word) => word !== "--check");
const root = folder === undefined ? fileURLToPath(new URL("..", import.meta.url)) : folder;

const programs: readonly Program<FlagTable>[] = [pub, con];

const generated: Readonly<Record<string, string>> = {
  ...Object.fromEntries(programs.flatMap(describe)),
  "README.md": fill(read("README.md"), {
    "exit codes": exitCodeTable(),
    flags: flagReference(programs),
  }),
};

process.exitCode = main();

function main(): number {
  const stale = Object.entries(generated).filter(([path, text]) => read(path) !== text);
  if (process.argv.includes("--check")) {
    for (const [path] of stale) process.stderr.write(`${path} is stale: npm run generate\n`);
    return stale.length === 0 ? 0 : 1;
  }
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    process.stdout.write(`wrote ${path}\n`);
  }
  return 0;
}

/** The man page of a program and its completion for each shell, by their paths. */
function describe(program: Program<FlagTable>): readonly (readonly [string, string])[] {
  const { name } = program;
  const scripts = Object.entries(completions).map(([shell, complete]) => {
    // zsh finds a function by the name of its file.
    const file = shell === "zsh" ? `_${name}` : `${name}.${shell}`;
    return [`completions/${file}`, complete(program)] as const;
  });
  return [[`man/${name}.1`, manPage(program)], ...scripts];
}

function read(path: string): string {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch {
    return "";
  }
}

/** Replaces what stands between `<!-- generated: NAME -->` and `<!-- end -->`. */
function fill(text: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((before, [name, part]) => {
    const [start, end] = [`<!-- generated: ${name} -->\n`, "<!-- end -->"];
    const from = before.indexOf(start);
    const to = before.indexOf(end, from);
    if (from < 0 || to < 0) throw new Error(`README.md lacks "${start.trim()}" … "${end}"`);
    return `${before.slice(0, from + start.length)}\n${part}\n${before.slice(to)}`;
  }, text);
}
