// Short texts (names, keys, most properties) as bytes and back, exactly. A byte that is not UTF-8 becomes a lone surrogate
// U+DC80…U+DCFF, which JSON can carry and no valid text contains (the idea of Python's PEP 383).
import { isUtf8 } from "node:buffer";

/** Bytes → text; `encodeText` gives the same bytes again. */
export function decodeText(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  if (!text.includes("\ufffd") || isUtf8(bytes)) return text;
  let exact = "";
  for (let at = 0; at < bytes.length;) {
    const length = characterLength(bytes, at);
    exact +=
      length > 0
        ? bytes.toString("utf8", at, at + length)
        : String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
    at += length || 1;
  }
  return exact;
}

/** Is it short enough for a name or a key? AMQP 0-9-1 has at most 255 bytes for them (4.2.5.3). */
export function isName(text: string): boolean {
  return encodeText(text).length <= 255;
}

/** Are there bytes for this text? There are none for lone surrogates, except those that stand for bytes. */
export function isEncodable(text: string): boolean {
  return text.isWellFormed() || text.replaceAll(/[\udc80-\udcff]/gu, "").isWellFormed();
}

/** Text → bytes. */
export function encodeText(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, "utf8");
  const parts = text.split(/([\udc80-\udcff])/u);
  return Buffer.concat(
    parts.map((part, i) =>
      i % 2 === 1 ? Buffer.of(part.charCodeAt(0) - 0xdc00) : Buffer.from(part),
    ),
  );
}

/** The last end of a character at or before this place, where this is UTF-8: up to three bytes 10xxxxxx continue one. */
export function endOfCharacter(bytes: Buffer, most: number): number {
  if (bytes.length <= most) return bytes.length;
  let end = most;
  while (end > Math.max(0, most - 3) && isContinuing(bytes[end])) end--;
  return isContinuing(bytes[end]) ? most : end;
}

function isContinuing(byte = 0): boolean {
  return (byte & 0xc0) === 0x80;
}

/** The length of the valid UTF-8 character at `at`; 0 when there is none. */
export function characterLength(bytes: Buffer, at: number): number {
  const isCharacter = (length: number): boolean =>
    at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length));
  return [1, 2, 3, 4].find(isCharacter) ?? 0;
}
