// Where this machine's rabbitmq-server is, and how to get one where we may install packages without asking.
// Starting it is node.ts's business.
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { promisify } from "node:util";

const execute = promisify(execFile);

// The first: on Debian the one on PATH is a wrapper that only root and the user rabbitmq may use.
const debianFolder = "/usr/lib/rabbitmq/bin";
const otherFolders = [
  "/usr/sbin",
  "/usr/local/sbin",
  "/opt/homebrew/sbin",
  "/opt/homebrew/opt/rabbitmq/sbin",
];

/** The path of an installed rabbitmq-server, or undefined. */
export async function findServer(): Promise<string | undefined> {
  const onPath = (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .filter((folder) => folder !== "");
  for (const folder of [debianFolder, ...onPath, ...otherFolders]) {
    const file = path.join(folder, "rabbitmq-server");
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

/** Whether `installServer` may be used: Debian or a child of it (Ubuntu), as root. */
export async function canInstall(): Promise<boolean> {
  return process.getuid?.() === 0 && (await isExecutable("/usr/bin/apt-get"));
}

/**
 * Installs Debian's package rabbitmq-server and gives the server's path. The package would start a system broker on
 * port 5672 and at every boot: neither is left behind.
 */
export async function installServer(): Promise<string> {
  const undo = await forbidServiceStarts();
  try {
    await apt("update");
    await apt("install", "-y", "--no-install-recommends", "rabbitmq-server");
  } finally {
    await undo();
  }
  if (await isExecutable("/run/systemd/system"))
    await execute("systemctl", ["disable", "--now", "rabbitmq-server"]);
  const server = await findServer();
  if (server === undefined)
    throw new Error("apt-get installed rabbitmq-server, but no such program is there now");
  return server;
}

async function apt(...args: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await execute("apt-get", ["-q", ...args], { env, timeout: 600_000, maxBuffer: 64 * 1024 * 1024 });
}

/** Debian's own switch for that: a policy-rc.d which answers 101. One that is there already is the owner's, and stays. */
async function forbidServiceStarts(): Promise<() => Promise<void>> {
  const policy = "/usr/sbin/policy-rc.d";
  try {
    await writeFile(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755, flag: "wx" });
  } catch {
    return () => Promise.resolve();
  }
  return () => rm(policy, { force: true });
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
