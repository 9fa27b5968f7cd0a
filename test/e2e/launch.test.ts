// How the built binaries start: from the code cache beside them when it is theirs, and without a word when it is not.
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import module from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Child } from "../support/child.ts";
import { unique } from "../support/name.ts";
import { command } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";

const built = fileURLToPath(new URL("../../dist", import.meta.url));
const names = ["amqp-pub", "amqp-con"];

/** Says on stderr what V8 made of a code cache; nothing when a program starts without one. */
const witness = asModule(`
  import vm from "node:vm";
  const { Script } = vm;
  vm.Script = class extends Script {
    constructor(...given) {
      super(...given);
      process.stderr.write("cache " + (this.cachedDataRejected ? "rejected" : "accepted") + "\\n");
    }
  };`);

describe("a built binary", () => {
  it.each(names)("accepts the code cache that this Node has made: %s", async (name) => {
    const { code, stdout, stderr } = await start(built, name, ["--version"]).ended();
    expect(stderr, "not built by this Node? npm run build").toBe("cache accepted\n");
    expect(stdout).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+\\n$`));
    expect(code).toBe(0);
  });

  it("accepts it in another folder too, and shows true lines in stack traces there", async () => {
    const folder = await copyOfDist();
    const args = ["--debug", "-k", "k", "-m", "x", "--server-name", "127.0.0.1", "--port-number"];
    const { stderr } = await start(folder, "amqp-pub", [...args, "1"]).ended();
    expect(stderr).toMatch(/^cache accepted\nERROR: /);
    const place = /at (\w+) \((.*)amqp-pub\.program\.cjs:(\d+):(\d+)\)/.exec(stderr) ?? [];
    const [, caller, where = "", line, column] = place;
    // Node 20 knows only the name in the cache, which has no folder; later ones know where the file is.
    expect(["", `${folder}/`]).toContain(where);
    const lines = (await readFile(file(folder, "program.cjs"), "utf8")).split("\n");
    const above = lines.slice(0, Number(line) - 1);
    const before = lines[Number(line) - 1]?.slice(0, Number(column));
    const functions = [...above, before].join("\n").matchAll(/function (\w+)\(/g);
    expect([...functions].at(-1)?.[1]).toBe(caller);
  });
});

describe("one message", () => {
  /** Each costs a millisecond or two of every start, and may come back with any new import. */
  const dear = [
    "tls",
    "crypto",
    "assert",
    "child_process",
    "fs/promises",
    "perf_hooks",
    "readline",
    "worker_threads",
    "zlib",
  ];
  const list = asModule(
    `process.on("exit", () => process.stderr.write(process.moduleLoadList.join()));`,
  );

  it("needs none of Node's modules that take long to load", async () => {
    const args = [
      "--import",
      list,
      path.join(built, "amqp-pub.cjs"),
      "-k",
      unique("key"),
      "-m",
      "x",
    ];
    const { code, stdout, stderr } = await command(process.execPath, args, {
      env: { AMQP_URL: sharedBroker().url },
    }).ended();
    expect(stdout).toBe("Sent: x\n");
    expect(code).toBe(0);
    const modules = stderr.split(",").map((line) => line.replace("NativeModule ", ""));
    expect(modules).toContain("net");
    expect(modules.filter((name) => dear.includes(name))).toEqual([]);
  });
});

describe("without a cache of its own, a built binary runs all the same", () => {
  it("when there is none", async () => {
    const folder = await copyOfDist();
    await rm(file(folder, "cache"));
    await expectToRun(folder, "");
  });

  it("when it is another engine's", async () => {
    const folder = await copyOfDist();
    await edit(file(folder, "cache"), (bytes) => {
      const { v8 } = process.versions;
      return bytes.replace(` ${v8} `, ` ${v8.replace(/^\d+/, "1")} `);
    });
    await expectToRun(folder, "");
  });

  it("when it is another program's, be that as long", async () => {
    const folder = await copyOfDist();
    await edit(file(folder, "program.cjs"), (text) => text.replace(/^\/\/ \w/, "// x"));
    await expectToRun(folder, "");
  });

  it("when half of it is missing", async () => {
    const folder = await copyOfDist();
    await edit(file(folder, "cache"), (bytes) => bytes.slice(0, bytes.length / 2));
    await expectToRun(folder, "");
  });

  it("when V8 does not want it", async () => {
    const folder = await copyOfDist();
    await edit(file(folder, "cache"), (bytes) => `${"x".repeat(16)}${bytes.slice(16)}`);
    await expectToRun(folder, "cache rejected\n");
  });
});

describe("a launcher", () => {
  const launcher = path.join(built, "amqp-pub.cjs");

  it("by a link finds its program, also when Node does not follow links", async () => {
    const link = path.join(await temporaryFolder(), "amqp-pub");
    await symlink(launcher, link);
    for (const flags of [[], ["--preserve-symlinks-main"]]) {
      const exit = await command(process.execPath, [...flags, link, "--version"]).ended();
      expect(exit).toMatchObject({ code: 0, stdout: expect.stringMatching(/^amqp-pub \d/) });
    }
  });

  it("without its ending finds its program beside it", async () => {
    const folder = await copyOfDist();
    await cp(launcher, path.join(folder, "amqp-pub"));
    const exit = await command(path.join(folder, "amqp-pub"), ["--version"]).ended();
    expect(exit).toMatchObject({ code: 0, stdout: expect.stringMatching(/^amqp-pub \d/) });
  });

  it.each(["amqp-pub", "amqp-pub.cjs"])("copied alone, as %s, says so and fails", async (name) => {
    const copy = path.join(await temporaryFolder(), name);
    await cp(launcher, copy);
    const { code, stdout, stderr } = await command(copy, ["-k", "q", "-m", "x"]).ended();
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^ERROR: \S+ does not find its program, [^\n]+\nhint: [^\n]+\n$/);
  });
});

describe("what a run leaves behind", () => {
  it("is nothing, with the cache beside it", async () => {
    const home = await emptyHome();
    await start(built, "amqp-pub", ["--version"], home).ended();
    expect(await readdir(home, { recursive: true })).toEqual([".cache"]);
  });

  it("is at most a cache of Node's in the user's own folder, without", async () => {
    const folder = await copyOfDist();
    await rm(file(folder, "cache"));
    const home = await emptyHome();
    await start(folder, "amqp-pub", ["--version"], home).ended();
    const kept = "enableCompileCache" in module ? ["amqp-pubcon"] : [];
    expect(await readdir(path.join(home, ".cache"))).toEqual(kept);
    expect(await readdir(home)).toEqual([".cache"]);
  });

  it("is nothing where others could write too", async () => {
    const folder = await copyOfDist();
    await rm(file(folder, "cache"));
    const home = await emptyHome(0o777);
    await start(folder, "amqp-pub", ["--version"], home).ended();
    expect(await readdir(home, { recursive: true })).toEqual([".cache"]);
  });
});

/** For `--import`: code that runs before the launcher does. */
function asModule(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

/** Temporary files would be under `home` as well. */
function start(folder: string, name: string, args: readonly string[], home = folder): Child {
  const all = ["--import", witness, path.join(folder, `${name}.cjs`), ...args];
  return command(process.execPath, all, { env: { HOME: home, TMPDIR: home } });
}

async function expectToRun(folder: string, said: string): Promise<void> {
  const { code, stdout, stderr } = await start(folder, "amqp-pub", ["--version"]).ended();
  expect(stderr).toBe(said);
  expect(stdout).toMatch(/^amqp-pub \d/);
  expect(code).toBe(0);
}

async function copyOfDist(): Promise<string> {
  const folder = await temporaryFolder();
  await cp(built, folder, { recursive: true });
  return folder;
}

async function emptyHome(mode = 0o755): Promise<string> {
  const home = await temporaryFolder();
  await mkdir(path.join(home, ".cache"));
  await chmod(path.join(home, ".cache"), mode);
  return home;
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "amqp-pubcon-launch-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

function file(folder: string, kind: "cache" | "program.cjs"): string {
  return path.join(folder, `amqp-pub.${kind}`);
}

async function edit(name: string, change: (content: string) => string): Promise<void> {
  await writeFile(name, change(await readFile(name, "latin1")), "latin1");
}
