// Runs the end-to-end tests with the binaries under other versions of Node, each from the npm package that carries it.
//
//   npm run test:nodes -- [20.19.0 22 24 26] [-- arguments for vitest]
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const args = process.argv.slice(2);
const split = args.includes("--") ? args.indexOf("--") : args.length;
const versions = split > 0 ? args.slice(0, split) : ["20.19.0", "22", "24", "26"];
const tests = split < args.length ? args.slice(split + 1) : ["test/e2e"];

const failed = versions.filter((version) => !passes(version));
process.stdout.write(
  failed.length === 0 ? "all passed\n" : `failed on Node ${failed.join(", ")}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

function passes(version: string): boolean {
  const node = install(version);
  process.stdout.write(`\n=== Node ${version}\n`);
  const env = { ...process.env, NODE_UNDER_TEST: node };
  return run(process.execPath, ["scripts/bootstrap.mjs", "test", ...tests], root, env);
}

/** Puts that Node below .cache/, and returns its path. */
function install(version: string): string {
  const folder = join(root, ".cache", "nodes", version);
  const name = `node-${process.platform}-${process.arch}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}\n");
  if (!run("npm", ["install", "--no-save", "--ignore-scripts", `${name}@${version}`], folder))
    throw new Error(`npm has no ${name}@${version}`);
  return join(folder, "node_modules", name, "bin", "node");
}

function run(file: string, list: readonly string[], cwd: string, env = process.env): boolean {
  return spawnSync(file, list, { cwd, env, stdio: "inherit" }).status === 0;
}
