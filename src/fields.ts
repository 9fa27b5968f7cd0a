// Typed AMQP fields (headers and arguments) in the form that a JSON record shows: types that JSON lacks are tagged,
// `{"int":"9007199254740993"}`. How they travel on the wire is amqp/table.ts.
import { ValueError } from "./errors.ts";

/** A value of a field table. An object with exactly one key that is a tag below is a typed value. */
export type Field =
  | string
  | number
  | boolean
  | null
  | readonly Field[]
  | { readonly [key: string]: Field };

/** A field table: headers, queue or exchange arguments. */
export type Table = Readonly<Record<string, Field>>;

const INT64_MAX = 2n ** 63n - 1n;

/** Types of `KEY:TYPE=VALUE` on the command line, each with its reader. */
const readers: Readonly<Record<string, (text: string) => Field>> = {
  string: (text) => text,
  int: readInteger,
  bool: (text) => {
    if (text === "true") return true;
    if (text === "false") return false;
    throw new ValueError("expected true or false");
  },
  double: (text) => {
    const number = Number(text);
    if (text.trim() === "" || Number.isNaN(number)) throw new ValueError("expected a number");
    return { double: Number.isFinite(number) ? number : text };
  },
  timestamp: (text) => ({ timestamp: readSeconds(text) }),
  bytes: (text) => {
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 === 1)
      throw new ValueError("expected base64");
    return { bytes: text };
  },
  null: () => null,
  json: readJson,
};

/** The type names of `KEY:TYPE=VALUE`. */
export const fieldTypes: readonly string[] = Object.keys(readers);

/** Reads the VALUE of `KEY:TYPE=VALUE`. @throws ValueError */
export function readField(type: string, text: string): Field {
  const read = Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (!read)
    throw new ValueError(`unknown type "${type}"; expected one of ${fieldTypes.join(", ")}`);
  return read(text);
}

function readInteger(text: string): Field {
  if (!/^-?\d+$/.test(text)) throw new ValueError("expected a whole number");
  const value = BigInt(text);
  if (value > INT64_MAX || value < -INT64_MAX - 1n)
    throw new ValueError("expected a whole number that fits 64 bits");
  const number = Number(value);
  return number === (number | 0) ? number : { int: value.toString() };
}

/** A time as whole seconds since 1970, which is all that an AMQP timestamp holds. */
export function readSeconds(text: string): number {
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isNaN(ms) || ms < 0)
    throw new ValueError("expected a time such as 2026-01-01T00:00:00Z, or seconds since 1970");
  return Math.floor(ms / 1000);
}

function readJson(text: string): Field {
  try {
    return JSON.parse(text);
  } catch {
    throw new ValueError("expected JSON");
  }
}

/** Tags of typed values; `table` wraps a table that would otherwise look like one. */
export const fieldTags = [
  "int",
  "int8",
  "uint8",
  "int16",
  "uint16",
  "uint32",
  "double",
  "float",
  "decimal",
  "timestamp",
  "bytes",
  "string64",
  "table",
] as const;

export type FieldTag = (typeof fieldTags)[number];

/** The tag and value of a typed field; undefined for a plain table. */
export function isTagged(field: {
  readonly [key: string]: Field;
}): readonly [FieldTag, Field] | undefined {
  const [entry, ...others] = Object.entries(field);
  const tag = fieldTags.find((known) => known === entry?.[0]);
  return entry && tag && others.length === 0 ? [tag, entry[1]] : undefined;
}
