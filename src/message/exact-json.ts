// JSON in which whole numbers keep every digit: those that a double cannot hold become typed fields, `{"int":"…"}`.
import type { Field, Table } from "./fields.ts";
import { ValueError } from "../errors.ts";

/** Fewer digits in a row than this fit a double. */
const manyDigits = /\d{16}/;

/**
 * What the text says, with large whole numbers tagged: as fields they are right, as JSON they would differ. @throws ValueError when
 * it is not JSON, saying what was expected
 */
export function parseTagged(text: string, expected = "expected JSON"): Field {
  return parse(text, expected, "int");
}

/** A tag that nobody who writes JSON can know; made when first needed, for what makes it takes time to load. */
let secretTag: string | undefined;

/** The same for JSON that knows no tags: `{"int":"5"}` is what it says, and `largeDigits` tells the large numbers. */
export function parseUntagged(text: string, expected = "expected JSON"): Field {
  secretTag ??= crypto.randomUUID();
  return parse(text, expected, secretTag);
}

/** The digits of a large number that `parseUntagged` has found; undefined for a table. */
export function largeDigits(table: Table): string | undefined {
  const digits = secretTag === undefined ? undefined : table[secretTag];
  return typeof digits === "string" ? digits : undefined;
}

function parse(text: string, expected: string, tag: string): Field {
  try {
    return JSON.parse(manyDigits.test(text) ? tagLargeNumbers(text, tag) : text);
  } catch {
    throw new ValueError(expected);
  }
}

/** A whole number that is tagged, its digits as text. */
interface TaggedInt {
  readonly int: string;
}

/** Is this a tagged whole number, `{"int":"5"}`, and nothing else? */
export function isTaggedInt(field: Field | undefined): field is TaggedInt & Field {
  if (typeof field !== "object" || field === null) return false;
  const [[key, value] = [], ...others] = Object.entries(field);
  if (key !== "int" || others.length > 0) return false;
  return typeof value === "string" && /^-?\d+$/.test(value);
}

/** Goes from token to token: a single regular expression would exhaust the stack on a long string. */
function tagLargeNumbers(text: string, tag: string): string {
  const start = /["\d-]/g;
  const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
  let exact = "";
  let copied = 0;
  for (let found = start.exec(text); found; found = start.exec(text)) {
    if (found[0] === '"') {
      start.lastIndex = findStringEnd(text, found.index);
      continue;
    }
    number.lastIndex = found.index;
    const [token = found[0]] = number.exec(text) ?? [];
    start.lastIndex = found.index + token.length;
    if (!/^-?\d+$/.test(token) || Number.isSafeInteger(Number(token))) continue;
    exact += `${text.slice(copied, found.index)}{"${tag}":"${token}"}`;
    copied = start.lastIndex;
  }
  return exact + text.slice(copied);
}

/** The index behind the string that begins at `start`. */
function findStringEnd(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  return text.length;
}
