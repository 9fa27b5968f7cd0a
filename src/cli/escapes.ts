// Characters that are hard to type, in the value of a flag: `\n`, `\t`, `\r`, `\0`, `\xNN` and `\\`.
import { ValueError } from "../errors.ts";

const characters: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "0": "\0",
  "\\": "\\",
};

/** The bytes that a text with escapes stands for. @throws ValueError for an unknown escape, and for no bytes at all */
export function readEscapes(text: string): Buffer {
  const bytes = text.split(/(\\x[0-9a-fA-F]{2}|\\[^]|\\$)/).map(readPart);
  const all = Buffer.concat(bytes);
  if (all.length > 0) return all;
  throw new ValueError("expected one character at least");
}

function readPart(part: string): Buffer {
  if (!part.startsWith("\\")) return Buffer.from(part);
  if (part.length === 4) return Buffer.from(part.slice(2), "hex");
  const character = characters[part.slice(1)];
  if (character !== undefined) return Buffer.from(character);
  throw new ValueError(`"${part}" is no escape; there are \\n, \\t, \\r, \\0, \\xNN and \\\\`);
}
