// Runs a built program as its users will, against the pretended broker, and then writes V8's code cache of it. What was
// compiled by then is in the cache: also the functions that V8 compiles only when messages flow.
//
//   node --import tsx scripts/build/warm-up.ts FOLDER NAME PORT
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { Script } from "node:vm";
import { labelOf, wrap } from "../../bin/code-cache.ts";

const [folder = "", name = "", port = ""] = process.argv.slice(2);
const program = path.join(folder, `${name}.program.cjs`);
const cache = path.join(folder, `${name}.cache`);

/** What is worth the start of every run, as each function in the cache is: the usual ways to use the program. */
const topology = ["-q", "q", "-Q", "-e", "e", "-E", "--bind-queue", "-k", "k"];
const runs =
  name === "amqp-pub"
    ? [
        ["-q", "q", "-m", "x"],
        [...topology, "-m", "x", "--confirm"],
      ]
    : [
        ["-q", "q", "-n", "1"],
        [...topology, "-n", "1"],
      ];

const source = readFileSync(program, "latin1");
// Node 20 shows the name in the cache in stack traces, wherever the program is by then: no folder of the build's.
const script = new Script(wrap(source), { filename: `${name}.program.cjs` });

goOn();
process.on("exit", (code) => {
  if (code === 0)
    writeFileSync(cache, Buffer.concat([script.createCachedData(), Buffer.from(labelOf(source))]));
});

/** A program has nothing left to do at its end, and would exit: here it is the next run's turn. */
function goOn(): void {
  const args = process.exitCode ? undefined : runs.shift();
  if (!args) return;
  run(args);
  process.removeAllListeners("beforeExit");
  process.once("beforeExit", goOn);
}

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
