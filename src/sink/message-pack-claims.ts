// Whether bytes can hold the MessagePack that they declare. The library makes room for as many values as an array claims to
// have before it reads one of them: a few bytes of nested claims would fill the memory. And it takes any bytes for a text, and
// leaves out the byte order mark of a longer one.
import { isUtf8 } from "node:buffer";

/** For the heads from 0xc0 to 0xdf: how many bytes their length or count takes, and how many other bytes follow. */
const lengthBytes = [
  [0, 0, 0, 0], // nil, unused, false, true
  [1, 2, 4, 1, 2, 4], // bin, ext
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], // float, uint, int
  [0, 0, 0, 0, 0], // fixext
  [1, 2, 4, 2, 4, 2, 4], // str, array, map
].flat();
const otherBytes = [
  [0, 0, 0, 0],
  [0, 0, 0, 1, 1, 1],
  [4, 8, 1, 2, 4, 8, 1, 2, 4, 8],
  [2, 3, 5, 9, 17],
  [0, 0, 0, 0, 0, 0, 0],
].flat();

/** Longer texts the library reads with a TextDecoder that leaves out this mark. */
const EXACT_TEXT_BYTES = 200;
const BYTE_ORDER_MARK = Buffer.from("\ufeff");

/** What a value's head says: how many bytes it and its own content take, and how many values stand within. */
interface Head {
  readonly length: number;
  readonly values: number;
  /** How long its own content is where that is a text. */
  readonly textLength?: number;
}

/**
 * Reads heads and texts. @throws RangeError for a text that would not be read exactly, and when more is declared than there
 * is, or nested deeper
 */
export function checkClaims(bytes: Buffer, maxDepth: number): void {
  /** For each array or map that is open: how many values are due when it is complete. */
  const ends: number[] = [];
  let due = 1;
  for (let at = 0; due > 0;) {
    const { length, values, textLength = 0 } = readHead(bytes, at);
    at += length;
    if (textLength > 0) checkText(bytes.subarray(at - textLength, at));
    due -= 1;
    if (values > 0) ends.push(due);
    due += values;
    // Each value takes a byte at least.
    if (due > bytes.length - at) throw new RangeError("more is declared than there is");
    if (ends.length > maxDepth) throw new RangeError(`nested deeper than ${maxDepth}`);
    while (ends.at(-1) === due) ends.pop();
  }
}

/** @throws RangeError for a text that the library would not read exactly */
function checkText(text: Buffer): void {
  if (!isUtf8(text)) throw new RangeError("a text is no UTF-8");
  if (text.length > EXACT_TEXT_BYTES && text.subarray(0, 3).equals(BYTE_ORDER_MARK))
    throw new RangeError("a byte order mark would be left out");
}

function readHead(bytes: Buffer, at: number): Head {
  const head = bytes.readUInt8(at);
  if (head < 0x80 || head >= 0xe0) return { length: 1, values: 0 };
  if (head < 0x90) return { length: 1, values: 2 * (head & 0x0f) };
  if (head < 0xa0) return { length: 1, values: head & 0x0f };
  if (head < 0xc0) return textHead(1, head & 0x1f);
  const width = lengthBytes[head - 0xc0] ?? 0;
  const count = width === 0 ? 0 : bytes.readUIntBE(at + 1, width);
  if (head >= 0xde) return { length: 1 + width, values: 2 * count };
  if (head >= 0xdc) return { length: 1 + width, values: count };
  if (head >= 0xd9) return textHead(1 + width, count);
  return { length: 1 + width + count + (otherBytes[head - 0xc0] ?? 0), values: 0 };
}

function textHead(headLength: number, textLength: number): Head {
  return { length: headLength + textLength, values: 0, textLength };
}
