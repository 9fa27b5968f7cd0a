// Typed AMQP fields (headers and arguments) in the form that a JSON record shows: types that JSON lacks are tagged,
// `{"int":"9007199254740993"}`. How they travel on the wire is amqp/wire/table.ts.
import { encodeText, isEncodable } from "./text.ts";
import { ValueError } from "../errors.ts";
import { isTaggedInt, parseTagged } from "./exact-json.ts";
import { readTimestamp } from "./time.ts";

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

/** A decimal: digits × 10^-places. */
export interface Decimal {
  readonly places: number;
  readonly digits: number;
}

/**
 * A field with its wire type. "longlong" is the other int64, "L" of AMQP 0-9-1, in which some clients write; RabbitMQ before
 * 4.0 hands it on as it is (rabbitmq.com/amqp-0-9-1-errata, section 3). Plain JSON numbers are int32 when whole and small, int64
 * when whole, else double.
 */
export type TypedField =
  | readonly ["text", string]
  | readonly ["bool", boolean]
  | readonly ["null", null]
  | readonly ["int" | "longlong", bigint]
  | readonly [
      "int8" | "uint8" | "int16" | "uint16" | "int32" | "uint32" | "float" | "double",
      number,
    ]
  | readonly ["timestamp", bigint]
  | readonly ["decimal", Decimal]
  | readonly ["bytes" | "string64", string]
  | readonly ["table", Table];

const whole =
  (low: bigint, high: bigint) =>
  (value: Field): bigint => {
    const number = toBigInt(value);
    if (number === undefined || number < low || number > high)
      throw new ValueError(`expected a whole number from ${low} to ${high}`);
    return number;
  };
const int64 = whole(-(2n ** 63n), 2n ** 63n - 1n);
const uint64 = whole(0n, 2n ** 64n - 1n);
const small = (low: number, high: number) => {
  const read = whole(BigInt(low), BigInt(high));
  return (value: Field): number => Number(read(value));
};

/** A large whole number in JSON comes with a tag: exact-json.ts. */
function toBigInt(value: Field): bigint | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  if (isTaggedInt(value)) return BigInt(value.int);
  return typeof value === "string" && /^-?\d+$/.test(value) ? BigInt(value) : undefined;
}

/** Erlang has no NaN and no infinity: every RabbitMQ closes the connection when it gets one. */
function toFloat(value: Field): number {
  if (value === "-0") return -0;
  const number = typeof value === "number" ? value : Number(toBigInt(value) ?? Number.NaN);
  if (Number.isFinite(number)) return number;
  throw new ValueError("expected a number, neither NaN nor infinite, for RabbitMQ takes none");
}

function toSingle(value: Field): number {
  return toFloat(Math.fround(toFloat(value)));
}

/** @throws ValueError for what UTF-8 cannot carry */
function toText(text: string): string {
  if (text.isWellFormed()) return text;
  throw new ValueError("expected text that is valid Unicode");
}

function toBase64(value: Field): string {
  if (typeof value === "string" && isBase64(value)) return value;
  throw new ValueError("expected base64");
}

/** With its padding or without it (RFC 4648, 3.2). */
export function isBase64(text: string): boolean {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return false;
  const padding = text.endsWith("==") ? 2 : Number(text.endsWith("="));
  const rest = (text.length - padding) % 4;
  return rest !== 1 && (padding === 0 || rest + padding === 4);
}

/** Also takes a time, such as 2026-01-01T00:00:00Z. */
function toTimestamp(value: Field): bigint {
  return uint64(typeof value === "string" ? readTimestamp(value) : value);
}

function toDecimal(value: Field): Decimal {
  const { places, digits } = toTable(value);
  return { places: small(0, 255)(places ?? null), digits: small(0, 2 ** 32 - 1)(digits ?? null) };
}

/** @throws ValueError for anything but a table */
export function toTable(value: Field): Table {
  if (isTable(value)) return value;
  throw new ValueError("expected an object");
}

/** The tags of typed fields, each with its reader. `table` wraps a table that would otherwise look like a typed field. */
const tags: Readonly<Record<string, (value: Field) => TypedField>> = {
  int: (value) => ["int", int64(value)],
  longlong: (value) => ["longlong", int64(value)],
  int8: (value) => ["int8", small(-128, 127)(value)],
  uint8: (value) => ["uint8", small(0, 255)(value)],
  int16: (value) => ["int16", small(-(2 ** 15), 2 ** 15 - 1)(value)],
  uint16: (value) => ["uint16", small(0, 2 ** 16 - 1)(value)],
  uint32: (value) => ["uint32", small(0, 2 ** 32 - 1)(value)],
  float: (value) => ["float", toSingle(value)],
  double: (value) => ["double", toFloat(value)],
  timestamp: (value) => ["timestamp", toTimestamp(value)],
  decimal: (value) => ["decimal", toDecimal(value)],
  bytes: (value) => ["bytes", toBase64(value)],
  string64: (value) => ["string64", toBase64(value)],
  table: (value) => ["table", toTable(value)],
};

export function isTable(field: Field): field is Table {
  return typeof field === "object" && field !== null && !isList(field);
}

export function isList(field: Field): field is readonly Field[] {
  return Array.isArray(field);
}

/** The wire type of a field that is not a list. @throws ValueError for a tagged value that does not fit its tag */
export function typed(field: Exclude<Field, readonly Field[]>): TypedField {
  if (typeof field === "string") return ["text", field];
  if (typeof field === "boolean") return ["bool", field];
  if (field === null) return ["null", null];
  if (typeof field === "number") return typedNumber(field);
  const tag = tagOf(field);
  if (tag === undefined) return ["table", field];
  const read = tags[tag];
  return read ? read(field[tag] ?? null) : ["table", field];
}

/** The tag of a typed field, undefined for a plain table. */
export function tagOf(field: Table): string | undefined {
  const [key, ...others] = Object.keys(field);
  return key !== undefined && others.length === 0 && Object.hasOwn(tags, key) ? key : undefined;
}

function typedNumber(value: number): TypedField {
  if (!Number.isInteger(value) || Object.is(value, -0)) return ["double", toFloat(value)];
  if (value === (value | 0)) return ["int32", value];
  return Number.isSafeInteger(value) ? ["int", BigInt(value)] : ["double", value];
}

/** Types of `KEY:TYPE=VALUE` on the command line, each with its reader. */
const readers: Readonly<Record<string, (text: string) => Field>> = {
  string: (text) => text,
  int: (text) => {
    const value = int64(text);
    const number = Number(value);
    return number === (number | 0) ? number : { int: value.toString() };
  },
  bool: (text) => {
    if (text === "true") return true;
    if (text === "false") return false;
    throw new ValueError("expected true or false");
  },
  double: (text) => {
    const number = Number(text);
    if (text.trim() === "" || (Number.isNaN(number) && text !== "NaN"))
      throw new ValueError("expected a number");
    return { double: Number.isFinite(number) ? number : text };
  },
  timestamp: (text) => ({ timestamp: readTimestamp(text) }),
  bytes: (text) => ({ bytes: toBase64(text) }),
  null: (text) => {
    if (text === "") return null;
    throw new ValueError("expected nothing behind the equals sign");
  },
  json: parseTagged,
};

/** The type names of `KEY:TYPE=VALUE`. */
const fieldTypes: readonly string[] = Object.keys(readers);

/** Reads the VALUE of `KEY:TYPE=VALUE`. @throws ValueError */
export function readField(type: string, text: string): Field {
  const read = Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (!read)
    throw new ValueError(`unknown type "${type}"; expected one of ${fieldTypes.join(", ")}`);
  const field = read(text);
  checkField(field);
  return field;
}

/** How deep tables and lists may nest: deeper ones are refused before they exhaust the stack. */
export const MAX_DEPTH = 1000;

/** Finds values that do not fit their tag, and what AMQP cannot carry. @throws ValueError */
export function checkField(field: Field, depth = 1): void {
  if (depth > MAX_DEPTH) throw new ValueError(`nested deeper than ${MAX_DEPTH}`);
  if (isList(field)) {
    for (const entry of field) checkField(entry, depth + 1);
    return;
  }
  const [tag, value] = typed(field);
  if (tag === "text") toText(value);
  if (tag !== "table") return;
  for (const [key, entry] of Object.entries(value)) {
    checkName(key);
    checkField(entry, depth + 1);
  }
}

/** The name of a header or an argument. @throws ValueError for one that AMQP cannot carry */
export function checkName(name: string): void {
  if (!isEncodable(name)) throw new ValueError("expected names that are valid Unicode");
  if (encodeText(name).length > 255) throw new ValueError("expected names of at most 255 bytes");
}

/** The table of this name in a table; empty when there is none. */
export function tableIn(table: Table, name: string): Table {
  const field = table[name];
  return field !== undefined && isTable(field) ? field : {};
}

/** The table without the fields of these names. */
export function without(table: Table, names: readonly string[]): Table {
  return Object.fromEntries(Object.entries(table).filter(([name]) => !names.includes(name)));
}
