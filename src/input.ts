// How input is opened. Named pipes and terminals are read without a thread that waits in open(2) or read(2), which nothing
// could end: neither a signal nor the end of the process. Regular files are read in large pieces.
import { closeSync, constants, createReadStream, fstatSync, openSync } from "node:fs";
import { stat } from "node:fs/promises";
import { Socket } from "node:net";
import { isatty, ReadStream } from "node:tty";
import type { Readable } from "node:stream";

/** Eight times what Node takes: lines of 64 KiB and 1 MiB then need two thirds of the time, and larger pieces gain nothing. */
const PIECE_BYTES = 512 * 1024;

const STDIN = 0;

/** Is there a named pipe or a terminal at this path: something that somebody has still to write? */
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

/** Opens what is at this path, at once. What cannot be read is the stream's error. @throws Error for a pipe or terminal that cannot be */
export async function openInput(path: string): Promise<Readable> {
  if (!(await isAwaited(path))) return createReadStream(path, { highWaterMark: PIECE_BYTES });
  const fd = openAtOnce(path);
  return isatty(fd) ? new ReadStream(fd) : new Socket({ fd, readable: true, writable: false });
}

/** Standard input, opened only when asked for: it costs start-up time. */
export function lazyStdin(process: NodeJS.Process) {
  let input: Readable | undefined;
  return {
    open: (): Readable => (input ??= fstatSync(STDIN).isFile() ? openStdinFile() : process.stdin),
    /** A pending read would keep the process alive. */
    close: (): void => void input?.destroy(),
  };
}

/** From where it stands: somebody may have read the beginning. */
function openStdinFile(): Readable {
  return createReadStream("", { fd: STDIN, autoClose: false, highWaterMark: PIECE_BYTES });
}

function openAtOnce(path: string): number {
  return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
}
