// Which programs this machine has, and how to get one where packages may be installed without asking: Debian and its
// children, as root. Starting them is others' business.
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { promisify } from "node:util";

const execute = promisify(execFile);

// First: on Debian the rabbitmq-server on PATH is a wrapper that only root and the user rabbitmq may use.
const beforePath = ["/usr/lib/rabbitmq/bin"];
const afterPath = [
  "/usr/sbin",
  "/usr/local/sbin",
  "/opt/homebrew/sbin",
  "/opt/homebrew/opt/rabbitmq/sbin",
];

/** The path of an installed program, or undefined. */
export async function findProgram(name: string): Promise<string | undefined> {
  const onPath = (process.env["PATH"] ?? "").split(path.delimiter).filter(Boolean);
  for (const folder of [...beforePath, ...onPath, ...afterPath]) {
    const file = path.join(folder, name);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

/**
 * The path of a program that is on this machine, or in Debian's package of the same name, which is installed then.
 * Rejects with `advice` where that cannot be done. `say` is told when it takes time.
 */
export async function needProgram(
  name: string,
  advice: string,
  say: (line: string) => void,
): Promise<string> {
  const found = await findProgram(name);
  if (found !== undefined) return found;
  if (!(await canInstall())) throw new Error(advice);
  say(`no ${name} here: installing Debian's package (apt-get); a minute or two`);
  const since = Date.now();
  await installPackage(name);
  say(`installed ${name} in ${Math.round((Date.now() - since) / 1000)} s; no service was started`);
  const installed = await findProgram(name);
  if (installed === undefined) throw new Error(`the package ${name} has no program of that name`);
  return installed;
}

async function canInstall(): Promise<boolean> {
  return process.getuid?.() === 0 && (await isExecutable("/usr/bin/apt-get"));
}

/** Installs without starting what the package would start now (rabbitmq-server: a system broker), or at every boot. */
async function installPackage(name: string): Promise<void> {
  const permitAgain = await forbidServiceStarts();
  try {
    await apt("update");
    await apt("install", "-y", "--no-install-recommends", name);
  } finally {
    await permitAgain();
  }
  // systemd runs here; there is no service of that name for a package without one.
  if (await isExecutable("/run/systemd/system"))
    await execute("systemctl", ["disable", "--now", name]).catch(() => undefined);
}

async function apt(...args: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const options = { env, timeout: 600_000, maxBuffer: 64 * 1024 * 1024 };
  await execute("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=120", ...args], options);
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
