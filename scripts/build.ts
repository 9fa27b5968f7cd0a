// Builds dist/: for each binary a launcher, the program in one CommonJS file with what it needs inside, and V8's code cache
// of that program. Why: docs/adr/0002-one-file-a-binary.md. Several builds at once do not disturb each other.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build, type BuildOptions } from "esbuild";
import { lateBuiltins } from "./build/late-builtins.ts";
import { pretendBroker } from "./build/pretended-broker.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const names = ["amqp-pub", "amqp-con"];
const execute = promisify(execFile);
const WARM_UP_MS = 30_000;

/** Names stay, for stack traces; and line breaks, for Node prints the line of source in which a program has failed. */
const options = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20.19",
  write: false,
  // A script that comes from a cache has no loader for `import()`.
  supported: { "dynamic-import": false },
  legalComments: "inline",
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 200,
} satisfies BuildOptions;

await mkdir(path.join(root, ".cache"), { recursive: true });
const work = await mkdtemp(path.join(root, ".cache", "build-"));
try {
  await Promise.all(names.map(writeProgram));
  await warmUp();
  await writeLaunchers();
  await publish();
} finally {
  await rm(work, { recursive: true });
}

async function bundle(entry: string, more: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({ ...options, ...more, entryPoints: [entry], write: false });
  return toAscii(outputFiles[0]?.text ?? "");
}

/** The launcher reads ASCII only. esbuild escapes strings; what is left stands in regular expressions and comments. */
function toAscii(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

async function writeProgram(name: string): Promise<void> {
  const text = await bundle(`bin/${name}.ts`, { plugins: [lateBuiltins()] });
  const hash = createHash("sha256").update(text).digest("hex");
  // The first line tells which program a cache was made for: bin/code-cache.ts.
  await writeFile(path.join(work, `${name}.program.cjs`), `// ${hash}\n${text}`);
}

/** Makes the caches. @throws with what the program said when it could not be run */
async function warmUp(): Promise<void> {
  const broker = await pretendBroker();
  const address = broker.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const script = path.join(root, "scripts", "build", "warm-up.ts");
  const run = async (name: string): Promise<void> => {
    const args = ["--import", "tsx", script, work, name, `${port}`];
    await execute(process.execPath, args, { cwd: root, env: {}, timeout: WARM_UP_MS });
  };
  try {
    await Promise.all(names.map(run));
  } finally {
    broker.close();
  }
}

async function writeLaunchers(): Promise<void> {
  const text = await bundle("bin/launch.ts", { banner: { js: "#!/usr/bin/env node" } });
  for (const name of names) {
    const file = path.join(work, `${name}.cjs`);
    await writeFile(file, text);
    await chmod(file, 0o755);
  }
}

/** Puts each file in place whole. Between two of them a launcher meets a cache for another program, and does without. */
async function publish(): Promise<void> {
  const dist = path.join(root, "dist");
  await mkdir(dist, { recursive: true });
  for (const name of names)
    for (const kind of ["program.cjs", "cache", "cjs"])
      await rename(path.join(work, `${name}.${kind}`), path.join(dist, `${name}.${kind}`));
}
