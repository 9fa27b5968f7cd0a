// Input as it arrives, piece by piece: stdin or files. What the pieces mean is up to lines.ts and records.ts.
import { createReadStream, fstatSync } from "node:fs";
import { stat } from "node:fs/promises";
import { UsageError } from "../errors.ts";
import type { Progress, SourceWorld } from "./source.ts";

/** The file's bytes, or those of stdin for `-`. Ends when stopped. @throws UsageError naming the flag and the file */
export async function* readPieces(
  path: string,
  flag: string,
  { stdin, stop, progress }: SourceWorld,
): AsyncIterable<Buffer> {
  if (stop.aborted) return;
  if (path === "-") checkStdin(flag);
  const input = path === "-" ? stdin() : createReadStream(path);
  const cut = (): void => void input.destroy();
  stop.addEventListener("abort", cut, { once: true });
  try {
    for await (const chunk of input) {
      const piece = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      yield piece;
      progress?.advance(piece.length);
    }
  } catch (error) {
    if (!stop.aborted) throw unreadable(flag, path, error);
  } finally {
    stop.removeEventListener("abort", cut);
  }
}

/** All that there is, as one body. */
export async function readAll(flag: string, world: SourceWorld): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of readPieces("-", flag, world)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Tells how many bytes the files have, `times` over, unless one of them is a pipe or cannot be looked at. */
export async function expectBytes(
  paths: readonly string[],
  times: number,
  progress: Progress | undefined,
): Promise<void> {
  if (!progress || times === 0) return;
  const sizes = await Promise.all(paths.map(sizeOf)).catch(() => [undefined]);
  let total = 0;
  for (const size of sizes) {
    if (size === undefined) return;
    total += size;
  }
  progress.expect(total * times, "bytes");
}

const STDIN = 0;

/** Node takes a folder as standard input for an empty one. */
function checkStdin(flag: string): void {
  if (fstatSync(STDIN).isDirectory())
    throw unreadable(flag, "-", Object.assign(new Error("a directory"), { code: "EISDIR" }));
}

async function sizeOf(path: string): Promise<number | undefined> {
  const stats = path === "-" ? fstatSync(STDIN) : await stat(path);
  return stats.isFile() ? stats.size : undefined;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "is no directory",
  EACCES: "not permitted to read it",
  EISDIR: "is a directory",
  ERR_FS_FILE_TOO_LARGE: "larger than 2 GiB",
};

/** A file of a source that cannot be read, by its reason in plain words. */
export function unreadable(flag: string, path: string, error: unknown): UsageError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const name = path === "-" ? "stdin" : `"${path}"`;
  const reason = reasons[code] ?? (code === "" ? "cannot be read" : `cannot be read (${code})`);
  return new UsageError(`${flag} ${name}: ${reason}`, undefined, error);
}
