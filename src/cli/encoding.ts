// Arguments, variables and files that are not UTF-8: Node replaces their bytes, and a text other than the one given would be
// sent or named. The bytes themselves are in /proc, which only Linux has.
import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { UsageError } from "../errors.ts";
import { decodeText } from "../message/text.ts";
import type { Environment } from "../world.ts";

/**
 * The flag that a misread argument belongs to, as errors name it; undefined when all are UTF-8, or the system does not tell.
 * To be called before the process's title changes, which overwrites what this reads.
 */
export function findMisread(argv: readonly string[]): string | undefined {
  if (!argv.some(isDoubtful)) return undefined;
  const typed = readGiven("cmdline").slice(-argv.length);
  const wrong = typed.findIndex((argument) => !isUtf8(argument));
  if (wrong < 0) return undefined;
  const flag = [argv[wrong], argv[wrong - 1]].find((argument) => argument?.startsWith("-"));
  return /^--[\w-]+|^-\w/.exec(flag ?? "")?.[0] ?? "an argument";
}

/** The environment with bytes that are not UTF-8 kept, as `decodeText` does. Nothing is refused: most variables are not ours. */
export function exactEnvironment(env: Environment): Environment {
  if (!Object.values(env).some(isDoubtful)) return env;
  const given = readGiven("environ").map((entry) => {
    const [, name = "", value] = /^([^=]*)=(.*)$/s.exec(decodeText(entry)) ?? [];
    return [name, value] as const;
  });
  return { ...env, ...Object.fromEntries(given.filter(([name]) => isDoubtful(env[name]))) };
}

/** May this be a misread text? It holds the character that stands for wrong bytes. */
function isDoubtful(value = ""): boolean {
  return value.includes("\uFFFD");
}

/** The error for a value, named `what`, that is not UTF-8. */
export function notUtf8(what: string): UsageError {
  return new UsageError(
    `${what}: not UTF-8 text`,
    "names, passwords and other values must be UTF-8; a message of other bytes comes from a file (-f), or from standard input (-m -)",
  );
}

/** What the process was started with, as bytes: each ends with a NUL. Empty where there is no /proc. */
function readGiven(what: "cmdline" | "environ"): readonly Buffer[] {
  try {
    return readFileSync(`/proc/self/${what}`, "latin1")
      .split("\0")
      .slice(0, -1)
      .map((item) => Buffer.from(item, "latin1"));
  } catch {
    return [];
  }
}
