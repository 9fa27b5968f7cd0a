// The body as a canonical hex dump, as `hexdump -C` writes it; its last line is the length of the body. Safe on any
// terminal, whatever the body holds.
import { cut } from "../ui/content.ts";
import type { Format } from "./sink.ts";

const ROW_BYTES = 16;
/** Where a row shows its bytes, where what of them is readable, and how long it is with its newline. */
const BYTES_AT = 10;
const READABLE_AT = 61;
const ROW_CHARACTERS = 79;

/** What is dumped in one piece, in well below a millisecond. */
const PIECE_BYTES = 64 * 1024;

const DOT = 0x2e;
const BAR = 0x7c;
const NEWLINE = 0x0a;

export const hex: Format = ({ body }, { isTerminal }) => dump(body, isTerminal);

/** The dump with its last newline, in pieces: all of it is five times the body. A terminal gets the beginning of a very long one. */
export function* dump(bytes: Buffer, isTerminal: boolean): Iterable<Buffer> {
  const { shown, note } = isTerminal ? cut(bytes) : { shown: bytes, note: "" };
  for (let at = 0; at < shown.length; at += PIECE_BYTES)
    yield formatRows(at, shown.subarray(at, at + PIECE_BYTES));
  yield Buffer.from(`${formatOffset(bytes.length)}${note && `  ${note}`}\n`);
}

/** Writes bytes over blanks: a text for each row would take fifty times as long. */
function formatRows(offset: number, bytes: Buffer): Buffer {
  const rows = Buffer.alloc(Math.ceil(bytes.length / ROW_BYTES) * ROW_CHARACTERS, " ");
  let end = 0;
  for (let at = 0; at < bytes.length; at += ROW_BYTES)
    end = writeRow(rows, end, offset + at, bytes.subarray(at, at + ROW_BYTES));
  return rows.subarray(0, end);
}

/** Returns where it ends. */
function writeRow(rows: Buffer, start: number, offset: number, row: Buffer): number {
  for (let i = 0; i < 4; i++) writeByte(rows, start + 2 * i, (offset >>> (24 - 8 * i)) & 0xff);
  let digits = start + BYTES_AT;
  let readable = start + READABLE_AT;
  rows[readable - 1] = BAR;
  for (const byte of row) {
    writeByte(rows, digits, byte);
    rows[readable++] = byte >= 0x20 && byte <= 0x7e ? byte : DOT;
    // Two blanks after the eighth byte.
    digits += readable - start === READABLE_AT + 8 ? 4 : 3;
  }
  rows[readable++] = BAR;
  rows[readable++] = NEWLINE;
  return readable;
}

function writeByte(rows: Buffer, at: number, byte: number): void {
  rows[at] = digitOf(byte >> 4);
  rows[at + 1] = digitOf(byte & 0xf);
}

function digitOf(value: number): number {
  return value < 10 ? 0x30 + value : 0x57 + value;
}

function formatOffset(offset: number): string {
  return offset.toString(16).padStart(8, "0");
}
