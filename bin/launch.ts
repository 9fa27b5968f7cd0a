// What dist/amqp-pub.cjs and dist/amqp-con.cjs are: starts the program beside it with the code cache beside it, if that is
// one for this Node. It does nothing else, for every line delays every run. Why: docs/adr/0002-one-file-a-binary.md.
import { readFileSync, statSync } from "node:fs";
import { Script } from "node:vm";
import { labelOf, wrap } from "./code-cache.ts";

const program = __filename.replace(/cjs$/, "program.cjs");
const cache = __filename.replace(/cjs$/, "cache");

// latin1, for the build keeps programs in ASCII: the fastest way to read them.
const source = readFileSync(program, "latin1");
const compiled = readCache(labelOf(source));
if (compiled === undefined) runAsModule();
else runFrom(compiled);

function readCache(label: string): Buffer | undefined {
  try {
    const bytes = readFileSync(cache);
    const end = bytes.length - label.length;
    return bytes.toString("latin1", end) === label ? bytes.subarray(0, end) : undefined;
  } catch {
    return undefined;
  }
}

function runFrom(cachedData: Buffer): void {
  const script = new Script(wrap(source), { filename: program, cachedData });
  script.runInThisContext()(exports, require, module, program, __dirname);
}

/** A Node other than the one that made the cache. From 22.1 on it can keep what it compiles for the next run. */
function runAsModule(): void {
  const { env, getuid } = process;
  const folder = env["XDG_CACHE_HOME"] || `${env["HOME"]}/.cache`;
  // Whoever writes into that folder says what we run: it must be the user's own. Never Node's default, the shared /tmp.
  const owner = statSync(folder, { throwIfNoEntry: false })?.uid;
  if (owner !== undefined && owner === getuid?.())
    require("node:module").enableCompileCache?.(`${folder}/amqp-pubcon`);
  require(program);
}
