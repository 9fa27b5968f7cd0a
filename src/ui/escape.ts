// Makes text safe for a terminal: nothing that a message or a broker says can move the cursor, set the title or the
// clipboard, or reorder what is read (CWE-150).
import { isUtf8 } from "node:buffer";
import { characterLength } from "../message/text.ts";

/** C0 but newline and tab, DEL, C1, line separators, and the controls that reorder text (Unicode TR 36). */
const unsafe =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|[\u{e0000}-\u{e007f}]/gu;

/** The text with each unsafe character shown as `\\x1b` or `\\u202e`. Newline and tab stay. */
export function escapeText(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = character.codePointAt(0) ?? 0;
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

/** Bytes as safe text: bytes that are not UTF-8 are shown as `\\xff`. */
export function escapeBytes(bytes: Buffer): string {
  return escapeText(isUtf8(bytes) ? bytes.toString("utf8") : showInvalid(bytes));
}

function showInvalid(bytes: Buffer): string {
  let shown = "";
  for (let i = 0; i < bytes.length;) {
    const length = characterLength(bytes, i);
    shown +=
      length === 0
        ? `\\x${bytes.toString("hex", i, i + 1)}`
        : bytes.toString("utf8", i, i + length);
    i += length || 1;
  }
  return shown;
}
