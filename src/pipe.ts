// Files that somebody else has still to write: named pipes and terminals. They are read without a thread that waits in
// open(2) or read(2), which nothing could end: neither a signal nor the end of the process.
import { closeSync, constants, openSync } from "node:fs";
import { stat } from "node:fs/promises";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { isatty, ReadStream } from "node:tty";

/** Is there such a file at this path? */
export async function isAwaited(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  if (!stats?.isCharacterDevice()) return stats?.isFIFO() ?? false;
  try {
    const fd = openAtOnce(path);
    const isTerminal = isatty(fd);
    closeSync(fd);
    return isTerminal;
  } catch {
    return false;
  }
}

/** Opens it at once, also while nobody writes. */
export function openAwaited(path: string): Readable {
  const fd = openAtOnce(path);
  return isatty(fd) ? new ReadStream(fd) : new Socket({ fd, readable: true, writable: false });
}

function openAtOnce(path: string): number {
  return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
}
