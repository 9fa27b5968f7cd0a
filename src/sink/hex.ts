// The body as a canonical hex dump, as `hexdump -C` writes it; its last line is the length of the body. Safe on any
// terminal, whatever the body holds.
import { cut } from "../ui/content.ts";
import type { Format } from "./sink.ts";

const ROW_BYTES = 16;

export const hex: Format = ({ body }, { isTerminal }) => [Buffer.from(dump(body, isTerminal))];

/** The dump with its last newline. A terminal gets the beginning of a very long one. */
export function dump(bytes: Buffer, isTerminal: boolean): string {
  const { shown, note } = isTerminal ? cut(bytes) : { shown: bytes, note: "" };
  let rows = "";
  for (let at = 0; at < shown.length; at += ROW_BYTES)
    rows += formatRow(at, shown.subarray(at, at + ROW_BYTES));
  return `${rows}${formatOffset(bytes.length)}${note && `  ${note}`}\n`;
}

function formatRow(offset: number, row: Buffer): string {
  const digits = row.toString("hex").replace(/../g, "$& ");
  // Two blanks after the eighth byte, and as many as missing bytes would take.
  const halves = `${digits.slice(0, 24)} ${digits.slice(24)}`.padEnd(49);
  const readable = row.toString("latin1").replace(/[^ -~]/g, ".");
  return `${formatOffset(offset)}  ${halves} |${readable}|\n`;
}

function formatOffset(offset: number): string {
  return offset.toString(16).padStart(8, "0");
}
