// `npm start` and `npm test` on any checkout, also one straight after `git clone`: installs what is missing, builds what
// is out of date, then runs the demonstration or the tests. Plain JavaScript without dependencies, for it runs first.
//
//   node scripts/bootstrap.mjs setup | start | test [arguments for vitest]
import { spawn } from "node:child_process";
import { readFileSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const inRoot = (...parts) => path.join(root, ...parts);
const installed = inRoot("node_modules", ".package-lock.json");
const built = ["amqp-pub", "amqp-con"].flatMap((name) =>
  ["cjs", "program.cjs", "cache"].map((kind) => inRoot("dist", `${name}.${kind}`)),
);

const commands = {
  setup: () => 0,
  start: (args) => run(process.execPath, ["--import", "tsx", "scripts/start.ts", ...args]),
  test: (args) =>
    run(process.execPath, [inRoot("node_modules", "vitest", "vitest.mjs"), "run", ...args]),
};

process.exitCode = await main(...process.argv.slice(2));

async function main(command, ...args) {
  if (!Object.hasOwn(commands, command)) return usage();
  const outdated = nodeTooOld();
  if (outdated !== undefined) return fail(outdated);
  const ready =
    (!needsInstall() ||
      (await step("Installing dependencies", "ci", "--include=dev", "--ignore-scripts"))) &&
    (!needsBuild() || (await step("Building dist", "run", "build")));
  return ready ? commands[command](args) : 1;
}

function nodeTooOld() {
  const { engines } = JSON.parse(readFileSync(inRoot("package.json"), "utf8"));
  const [major, minor] = /(\d+)\.(\d+)/.exec(engines.node).slice(1).map(Number);
  const [ourMajor, ourMinor] = process.versions.node.split(".").map(Number);
  if (ourMajor > major || (ourMajor === major && ourMinor >= minor)) return undefined;
  return `this is Node ${process.versions.node}; Node ${engines.node} is needed (https://nodejs.org)`;
}

function needsInstall() {
  return modified(installed) < modified(inRoot("package-lock.json"));
}

function needsBuild() {
  const sources = ["src", "bin", "scripts", "package.json"].map((name) => inRoot(name));
  const since = Math.max(...sources.map(newest), modified(installed));
  return Math.min(...built.map(modified)) < since || builtByAnotherNode();
}

/** A code cache ends with the engine it is for. */
function builtByAnotherNode() {
  const { versions, platform, arch } = process;
  const caches = built.filter((file) => file.endsWith(".cache"));
  return !caches.every((file) =>
    readFileSync(file, "latin1").endsWith(` ${versions.v8} ${platform} ${arch}`),
  );
}

/** When the file was last changed, in milliseconds; 0 when there is none. */
function modified(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** The latest change in a folder, all folders below it and their files; a removed file changes its folder. */
function newest(file) {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isDirectory()) return stat?.mtimeMs ?? 0;
  return Math.max(stat.mtimeMs, ...readdirSync(file).map((name) => newest(path.join(file, name))));
}

/** Runs an npm command: says what it does and how long it took; shows npm's output only when it failed. */
async function step(title, ...words) {
  const since = performance.now();
  process.stderr.write(`> ${title} (npm ${words.join(" ")}) … `);
  const output = [];
  const child = spawn(...npm([...words, "--no-audit", "--no-fund", "--loglevel=error"]), {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.on("data", (chunk) => output.push(chunk));
  child.stderr.on("data", (chunk) => output.push(chunk));
  const code = await ending(child);
  const seconds = ((performance.now() - since) / 1000).toFixed(1);
  process.stderr.write(
    code === 0 ? `${seconds} s\n` : `failed after ${seconds} s\n${Buffer.concat(output)}\n`,
  );
  return code === 0;
}

/** The npm that runs us, if one does; else the one on PATH. */
function npm(words) {
  const self = process.env.npm_execpath;
  return self?.endsWith("npm-cli.js") ? [process.execPath, [self, ...words]] : ["npm", words];
}

/** Runs in our place: same streams, same exit code. */
function run(program, words) {
  return ending(spawn(program, words, { cwd: root, stdio: "inherit" }));
}

function ignore() {}

function ending(child) {
  // Ctrl-C reaches the child by itself, a signal for us alone does not; we end when the child has.
  const pass = (signal) => child.kill(signal);
  process.on("SIGINT", ignore).on("SIGTERM", pass).on("SIGHUP", pass);
  return new Promise((resolve) => {
    child.on("error", (error) =>
      resolve(fail(`could not start ${child.spawnfile}: ${error.message}`)),
    );
    child.on("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
  }).finally(() => process.off("SIGINT", ignore).off("SIGTERM", pass).off("SIGHUP", pass));
}

function usage() {
  process.stderr.write(
    "usage: node scripts/bootstrap.mjs setup | start | test [arguments for vitest]\n",
  );
  return 2;
}

function fail(message) {
  process.stderr.write(`ERROR: ${message}\n`);
  return 1;
}
