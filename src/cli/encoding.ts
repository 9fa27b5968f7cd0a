// Arguments that are not UTF-8: Node replaces their bytes, and another text than the one typed would be sent or named.
import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";

/**
 * What the wrong argument belongs to, as errors name it; undefined when all are UTF-8, or where the system does not tell
 * (only Linux does). To be asked before the process's title changes, which overwrites what it reads.
 */
export function findMisread(argv: readonly string[]): string | undefined {
  if (!argv.some((argument) => argument.includes("\uFFFD"))) return undefined;
  const typed = readTyped().slice(-argv.length);
  const wrong = typed.findIndex((argument) => !isUtf8(argument));
  if (wrong < 0) return undefined;
  const flag = [argv[wrong], argv[wrong - 1]].find((argument) => argument?.startsWith("-"));
  return /^--[\w-]+|^-\w/.exec(flag ?? "")?.[0] ?? "an argument";
}

/** The process's arguments as bytes: each ends with a NUL. Empty where there is no /proc. */
function readTyped(): readonly Buffer[] {
  try {
    const line = readFileSync("/proc/self/cmdline", "latin1");
    return line
      .split("\0")
      .slice(0, -1)
      .map((argument) => Buffer.from(argument, "latin1"));
  } catch {
    return [];
  }
}
