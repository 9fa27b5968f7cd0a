// Each file is one message, byte for byte; `-` is stdin.
import { readFile } from "node:fs/promises";
import { UsageError } from "../errors.ts";
import type { SourceWorld } from "./source.ts";
import { readAll } from "./stdin.ts";

/** The files' contents in order, one at a time in memory. @throws UsageError naming a file that cannot be read */
export function fileBodies(
  paths: readonly string[],
): (world: SourceWorld) => AsyncIterable<Buffer> {
  return async function* bodies(world) {
    for (const path of paths) {
      if (world.stop.aborted) return;
      yield path === "-" ? await readAll(world) : await readBody(path);
    }
  };
}

async function readBody(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw unreadable("--file", path, error);
  }
}

/** A file of a source that cannot be read, by its reason in plain words. */
export function unreadable(flag: string, path: string, error: unknown): UsageError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "no such file",
    EACCES: "not permitted to read it",
    EISDIR: "is a directory",
    ERR_FS_FILE_TOO_LARGE: "larger than 2 GiB",
  };
  return new UsageError(
    `${flag} "${path}": ${reasons[code] ?? "cannot be read"}`,
    undefined,
    error,
  );
}
