// A message's own bytes and texts as they may be written: exact in a pipe or file, on a terminal escaped, and cut when
// very long. Lines of details are escaped by escape.ts alone; the record needs no escapes.
import { encodeText, endOfCharacter } from "../message/text.ts";
import { escapeBytes, escapeLine } from "./escape.ts";
import { formatSize } from "./size.ts";

export const newline = Buffer.from("\n");

/** What a terminal gets of one body; nobody reads more, and a terminal takes long to show it. */
const TERMINAL_BYTES = 64 * 1024;

/** A body's bytes; on a terminal with its control characters escaped, and its size behind it when it was cut. */
export function showBody(bytes: Buffer, isTerminal: boolean): Buffer {
  if (!isTerminal) return bytes;
  const { shown, note } = cut(bytes);
  return Buffer.from(escapeBytes(shown) + note);
}

/** The part of a body that a terminal gets, and what to write behind it. */
export function cut(bytes: Buffer): { readonly shown: Buffer; readonly note: string } {
  if (bytes.length <= TERMINAL_BYTES) return { shown: bytes, note: "" };
  const end = endOfCharacter(bytes, TERMINAL_BYTES);
  return { shown: bytes.subarray(0, end), note: `… (${formatSize(bytes.length)} in all)` };
}

/** A key, a name or a property: its own bytes; on a terminal in one line, escaped. */
export function showText(text: string, isTerminal: boolean): Buffer {
  return isTerminal ? Buffer.from(escapeLine(text)) : encodeText(text);
}
