// Looks for a program as execvp(3) will, so that a misspelled handler is reported before any message is taken.
import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import { errorCode, UsageError } from "../errors.ts";

/** Checks that it is there and may be run; says nothing without a PATH to search. @throws UsageError */
export function findProgram(file: string, path: string | undefined): void {
  if (!file.includes("/") && path === undefined) return;
  const candidates = file.includes("/")
    ? [file]
    : (path ?? "").split(":").map((folder) => join(folder || ".", file));
  const states = candidates.map(stateOf);
  if (states.includes("runnable")) return;
  const where = file.includes("/") ? "" : " on PATH";
  if (file.includes("/") && states.includes("folder"))
    throw new UsageError(`cannot run "${file}": it is a directory`);
  throw states.includes("there")
    ? new UsageError(`cannot run "${file}": it is not an executable file`, `chmod +x ${file}?`)
    : new UsageError(
        `cannot run "${file}": there is no such program${where}`,
        "after -- stands the program and its arguments; for a pipe or redirection use --shell",
      );
}

function stateOf(file: string): "runnable" | "there" | "folder" | "missing" {
  try {
    const stats = statSync(file);
    if (stats.isDirectory()) return "folder";
    if (!stats.isFile()) return "there";
    accessSync(file, constants.X_OK);
    return "runnable";
  } catch (error) {
    return errorCode(error) === "EACCES" ? "there" : "missing";
  }
}
