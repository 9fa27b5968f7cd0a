// Runs a built program as its users will, against the pretended broker, and then writes V8's code cache of it. What was
// compiled by then is in the cache: also the functions that V8 compiles only when messages flow.
//
//   node --import tsx scripts/build/warm-up.ts PROGRAM CACHE PORT
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { Script } from "node:vm";
import { labelOf, wrap } from "../../bin/code-cache.ts";

/** What is worth the start of every run, as each function in the cache is: the usual ways to use the program. */
const runs = path.basename(process.argv[2] ?? "").startsWith("amqp-pub")
  ? [
      ["-q", "q", "-m", "x"],
      ["-q", "q", "-Q", "-e", "e", "-E", "--bind-queue", "-k", "k", "-m", "x", "--confirm"],
    ]
  : [
      ["-q", "q", "-n", "1"],
      ["-q", "q", "-Q", "-e", "e", "-E", "--bind-queue", "-k", "k", "-n", "1"],
    ];

const [program = "", cache = "", port = ""] = process.argv.slice(2);
const source = readFileSync(program, "latin1");
const script = new Script(wrap(source), { filename: program });

// A program ends by having nothing left to do: then it is the next run's turn.
process.on("beforeExit", () => {
  const args = process.exitCode ? undefined : runs.shift();
  if (args) run(args);
});
process.on("exit", (code) => {
  if (code === 0)
    writeFileSync(cache, Buffer.concat([script.createCachedData(), Buffer.from(labelOf(source))]));
});

function run(args: readonly string[]): void {
  process.argv = [
    process.execPath,
    program,
    "--server-name",
    "127.0.0.1",
    "--port-number",
    port,
    ...args,
  ];
  const require = createRequire(program);
  script.runInThisContext()({}, require, {}, program, path.dirname(program));
}
