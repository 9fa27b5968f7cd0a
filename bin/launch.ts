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
  const folder = findOwnFolder();
  if (folder !== undefined) require("node:module").enableCompileCache?.(folder);
  require(program);
}

/** Whoever writes into it says what we run: a folder in which nobody else can. Never Node's default, the shared /tmp. */
function findOwnFolder(): string | undefined {
  const { env, getuid } = process;
  const caches = env["XDG_CACHE_HOME"] || `${env["HOME"] ?? ""}/.cache`;
  try {
    const { uid, mode } = statSync(caches);
    return uid === getuid?.() && (mode & 0o022) === 0 ? `${caches}/amqp-pubcon` : undefined;
  } catch {
    return undefined;
  }
}
