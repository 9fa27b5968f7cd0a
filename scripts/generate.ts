// Writes what is made from the flag tables and exit codes: man pages, completions, and two parts of the README.
// `npm run generate` writes; with `--check` it writes nothing, names each stale file and exits 1.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { con } from "../src/cli/con.ts";
import { bashCompletion } from "../src/cli/generate/bash.ts";
import { fishCompletion } from "../src/cli/generate/fish.ts";
import { manPage } from "../src/cli/generate/man.ts";
import { exitCodeTable, flagReference } from "../src/cli/generate/markdown.ts";
import { zshCompletion } from "../src/cli/generate/zsh.ts";
import { pub } from "../src/cli/pub.ts";

const root = new URL("..", import.meta.url);

const generated: Readonly<Record<string, string>> = {
  "man/amqp-pub.1": manPage(pub),
  "man/amqp-con.1": manPage(con),
  "completions/amqp-pub.bash": bashCompletion(pub),
  "completions/amqp-con.bash": bashCompletion(con),
  "completions/_amqp-pub": zshCompletion(pub),
  "completions/_amqp-con": zshCompletion(con),
  "completions/amqp-pub.fish": fishCompletion(pub),
  "completions/amqp-con.fish": fishCompletion(con),
  "README.md": fill(read("README.md"), {
    "exit codes": exitCodeTable(),
    flags: flagReference([pub, con]),
  }),
};

process.exitCode = main(process.argv.slice(2));

function main(args: readonly string[]): number {
  const stale = Object.entries(generated).filter(([path, text]) => read(path) !== text);
  if (args.includes("--check")) {
    for (const [path] of stale) process.stderr.write(`${path} is stale: npm run generate\n`);
    return stale.length === 0 ? 0 : 1;
  }
  for (const [path, text] of stale) {
    mkdirSync(dirname(new URL(path, root).pathname), { recursive: true });
    writeFileSync(new URL(path, root), text);
    process.stdout.write(`wrote ${path}\n`);
  }
  return 0;
}

function read(path: string): string {
  try {
    return readFileSync(new URL(path, root), "utf8");
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
