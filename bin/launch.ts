// What dist/amqp-pub.cjs and dist/amqp-con.cjs are: starts the program beside it with the code cache beside it, if that is
// one for this Node. It does nothing else, for every line delays every run. Why: docs/adr/0002-one-file-a-binary.md.
import { readFileSync, realpathSync, statSync } from "node:fs";
import { Script } from "node:vm";
import { labelOf, wrap } from "./code-cache.ts";

/** The program, and where it and its cache lie: without the endings of their names. */
interface Program {
  readonly place: string;
  readonly source: string;
}

// Node itself follows links, but not with --preserve-symlinks-main.
const found = find(__filename) ?? find(realpathSync(__filename));
if (found) start(found);
else sayAlone();

function find(launcher: string): Program | undefined {
  const place = launcher.replace(/\.cjs$/, "");
  try {
    // latin1, for the build keeps programs in ASCII: the fastest way to read them.
    return { place, source: readFileSync(`${place}.program.cjs`, "latin1") };
  } catch {
    return undefined;
  }
}

function start({ place, source }: Program): void {
  const program = `${place}.program.cjs`;
  const cachedData = readCache(`${place}.cache`, labelOf(source));
  if (!cachedData) return runAsModule(program);
  const script = new Script(wrap(source), { filename: program, cachedData });
  script.runInThisContext()(exports, require, module, program, __dirname);
}

function sayAlone(): void {
  process.exitCode = 1;
  process.stderr.write(
    `ERROR: ${__filename} does not find its program, which lies beside the file that was installed\n` +
      "hint: make a symbolic link to that file, not a copy or a hard link, or install the package again\n",
  );
}

function readCache(cache: string, label: string): Buffer | undefined {
  try {
    const bytes = readFileSync(cache);
    const end = bytes.length - label.length;
    return bytes.toString("latin1", end) === label ? bytes.subarray(0, end) : undefined;
  } catch {
    return undefined;
  }
}

/** A Node other than the one that made the cache. From 22.1 on it can keep what it compiles for the next run. */
function runAsModule(program: string): void {
  const folder = findOwnFolder();
  if (folder !== undefined) require("node:module").enableCompileCache?.(folder);
  require(program);
}

/** Anyone who can write to it decides what we run, so only we can. Never Node's default, the shared /tmp. */
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
