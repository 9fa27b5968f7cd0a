// Input as it arrives, piece by piece: stdin or files. What the pieces mean is up to lines.ts and records.ts.
import { constants, fstatSync } from "node:fs";
import { access, readFile, stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { catchUp } from "../time/deadline.ts";
import { errorCode, reasonOf, UsageError } from "../errors.ts";
import { isAwaited, openInput, STDIN } from "../input.ts";
import type { Progress, SourceWorld } from "./source.ts";

/** The file's bytes, or those of stdin for `-`. Ends when stopped. @throws UsageError naming the flag and the file */
export async function* readPieces(
  path: string,
  flag: string,
  { stdin, stop, progress }: SourceWorld,
): AsyncIterable<Buffer> {
  if (stop.aborted) return;
  if (path === "-") checkStdinReadable(flag);
  let input: Readable | undefined;
  const cut = (): void => void input?.destroy();
  stop.addEventListener("abort", cut, { once: true });
  try {
    input = path === "-" ? stdin() : await openInput(path);
    if (stop.aborted) cut();
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

/** A terminal's Ctrl-C also stops the program that writes the input: it then ends where it was cut, which is not its real end. */
export async function wasCut({ stop }: Pick<SourceWorld, "stop">): Promise<boolean> {
  await catchUp();
  return stop.aborted;
}

/** The most that Node reads of a file at once. No broker takes as much, but it may be compressed. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * The whole input as one body; cut when the run was stopped. When there are more than `most` bytes, only how many were read
 * until then: a device may have no end.
 */
export async function readAll(
  flag: string,
  path: string,
  world: SourceWorld,
  most = MOST_BYTES,
): Promise<Buffer | number> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of readPieces(path, flag, world)) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > most) return bytes;
  }
  await wasCut(world);
  return Buffer.concat(pieces);
}

/** A regular file's bytes; above 2 GiB, which Node does not read at once, only their number. */
export async function readBody(path: string | Buffer): Promise<Buffer | number> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errorCode(error) !== "ERR_FS_FILE_TOO_LARGE") throw error;
    return (await stat(path)).size;
  }
}

/** Stdin, a pipe that has a name, or a terminal: what can be read once. */
export async function isPipe(path: string): Promise<boolean> {
  return path === "-" || (await isAwaited(path));
}

/** Not stdin, a pipe or a device, nor what is not there. */
export async function isRegular(path: string): Promise<boolean> {
  if (path === "-") return false;
  return await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

/** Is there something that can be read? Found out before anything else is done. @throws UsageError naming flag and file */
export async function checkReadable(flag: string, path: string, isFolder: boolean): Promise<void> {
  try {
    const isDirectory = (await stat(path)).isDirectory();
    if (isDirectory !== isFolder)
      throw Object.assign(new Error(), { code: isFolder ? "ENOTDIR" : "EISDIR" });
    await access(path, constants.R_OK);
  } catch (error) {
    throw unreadable(flag, path, error);
  }
}

/** Tells how many bytes the files have, `times` over, unless one of them is a pipe or has no known size. */
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

/** Node would read a folder on standard input as empty. */
export function checkStdinReadable(flag: string): void {
  if (fstatSync(STDIN).isDirectory())
    throw unreadable(flag, "-", Object.assign(new Error("a directory"), { code: "EISDIR" }));
}

async function sizeOf(path: string): Promise<number | undefined> {
  const stats = path === "-" ? fstatSync(STDIN) : await stat(path);
  return stats.isFile() ? stats.size : undefined;
}

/** The input as errors name it. */
export function nameOf(path: string): string {
  return path === "-" ? "stdin" : `"${path}"`;
}

/** A file of a source that cannot be read, by its reason in plain words. */
export function unreadable(flag: string, path: string, error: unknown): UsageError {
  return new UsageError(`${flag} ${nameOf(path)}: ${reasonOf(error)}`, undefined, error);
}
