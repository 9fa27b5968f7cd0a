// Makes text safe for a terminal: nothing that a message or a broker says can move the cursor, set the title or the
// clipboard, or reorder what is read (CWE-150).
import { decodeText } from "../message/text.ts";

/**
 * C0 but newline and tab, DEL, C1, line separators, the controls that reorder text (Unicode TR 36), what is not seen (byte
 * order marks, annotations, tags), and halves of surrogate pairs.
 */
const unsafe =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|[\u{e0000}-\u{e007f}]/gu;

/** The text with each unsafe character shown as `\\x1b` or `\\u202e`, and what stands for a byte (message/text.ts) as `\\xff`. Newline and tab stay. */
export function escapeText(text: string): string {
  return text.replace(unsafe, (character) => {
    const point = character.codePointAt(0) ?? 0;
    const code = point >= 0xdc80 && point <= 0xdcff ? point - 0xdc00 : point;
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
    return code < 0x10000
      ? `\\u${code.toString(16).padStart(4, "0")}`
      : `\\u{${code.toString(16)}}`;
  });
}

/** The same in one line: newlines and tabs are shown as well. */
export function escapeLine(text: string): string {
  return escapeText(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/** Bytes as safe text. */
export function escapeBytes(bytes: Buffer): string {
  return escapeText(decodeText(bytes));
}
