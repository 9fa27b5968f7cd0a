// How input is opened. Named pipes and terminals are read without a thread that waits in open(2) or read(2), which nothing
// could end: neither a signal nor the end of the process. Regular files are read in large pieces.
import { isUtf8 } from "node:buffer";
import { closeSync, constants, createReadStream, fstatSync, openSync, read } from "node:fs";
import { stat } from "node:fs/promises";
import { Socket } from "node:net";
import { isatty, ReadStream } from "node:tty";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { pause } from "./time/deadline.ts";
import { errorCode, ValueError } from "./errors.ts";

/** Eight times what Node takes: lines of 64 KiB and 1 MiB then need two thirds of the time, and larger pieces gain nothing. */
const PIECE_BYTES = 512 * 1024;

/** The descriptor of standard input. */
export const STDIN = 0;
const STDIN_PATH = "/dev/stdin";
const NEWLINE = 0x0a;
const LOOK_AGAIN_MS = 20;

/** Is there a named pipe or a terminal at this path, whose content is still to be written? */
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

/** Opens this path, without waiting. A file that cannot be read fails as a stream. @throws Error for such a pipe or terminal */
export async function openInput(path: string): Promise<Readable> {
  if (await isAwaited(path)) return openAwaited(openAtOnce(path));
  return createReadStream(path, { highWaterMark: PIECE_BYTES });
}

/** What comes from a pipe or a terminal that was opened with O_NONBLOCK. */
export function openAwaited(fd: number): Readable {
  return isatty(fd) ? new ReadStream(fd) : new Socket({ fd, readable: true, writable: false });
}

/** All that is there. @throws Error when it cannot be read */
export async function readWhole(input: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of input) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** The first line of a file, or of standard input for `-`, without its end. @throws Error when it cannot be read, or is no text */
export async function readFirstLine(path: string): Promise<string> {
  const line = path === "-" ? await readStdinLine() : await readLine(await openInput(path));
  if (!isUtf8(line)) throw new ValueError("its first line is not UTF-8 text");
  return line.toString("utf8").replace(/\r?\n$/, "");
}

/** The first line, with its end. */
async function readLine(input: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of input) {
    const bytes = Buffer.from(piece);
    const end = bytes.indexOf(NEWLINE) + 1;
    pieces.push(end > 0 ? bytes.subarray(0, end) : bytes);
    if (end > 0) break;
  }
  return Buffer.concat(pieces);
}

/** Byte by byte: what follows the line is for another reader. */
async function readStdinLine(): Promise<Buffer> {
  const fd = await openStdinAgain();
  const line: number[] = [];
  const byte = Buffer.alloc(1);
  try {
    while (line.at(-1) !== NEWLINE) {
      const count = await readNow(fd, byte);
      if (count === 0) break;
      if (count === undefined) await pause(LOOK_AGAIN_MS);
      else line.push(...byte);
    }
  } finally {
    if (fd !== STDIN) closeSync(fd);
  }
  return Buffer.from(line);
}

/** To be read without waiting, where possible: a pipe of another user cannot be opened again. */
async function openStdinAgain(): Promise<number> {
  try {
    return (await isAwaited(STDIN_PATH)) ? openAtOnce(STDIN_PATH) : STDIN;
  } catch {
    return STDIN;
  }
}

/** How many bytes it has read; undefined when there are none yet. */
async function readNow(fd: number, bytes: Buffer): Promise<number | undefined> {
  try {
    return (await promisify(read)(fd, bytes, 0, bytes.length, null)).bytesRead;
  } catch (error) {
    if (errorCode(error) === "EAGAIN") return undefined;
    throw error;
  }
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

/** From its current position: another program may have read the beginning. */
function openStdinFile(): Readable {
  return createReadStream("", { fd: STDIN, autoClose: false, highWaterMark: PIECE_BYTES });
}

export function openAtOnce(path: string | Buffer): number {
  return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
}
