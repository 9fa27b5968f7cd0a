// Field tables as bytes, exactly: every type, every width, every byte of a text survives. RabbitMQ's tags, which differ
// from the specification's: rabbitmq.com/amqp-0-9-1-errata ("Field types"). amqplib's codec would lose int64 digits,
// the width of numbers and bytes that are not UTF-8.
import { isUtf8 } from "node:buffer";
import {
  isList,
  MAX_DEPTH,
  tagOf,
  typed,
  type Field,
  type Table,
  type TypedField,
} from "../../message/fields.ts";
import { decodeText, encodeText } from "../../message/text.ts";

/** A message that cannot be decoded: an unknown type tag, or nesting that no program writes. */
export class DecodeError extends Error {}

/** A table with its length before it. */
export function encodeTable(table: Table): Buffer {
  const entries = Object.entries(table).map(([key, field]) =>
    Buffer.concat([encodeShort(key, "name of a header"), encodeField(field)]),
  );
  return withLength(Buffer.concat(entries));
}

/** A text with its length in one byte before it. @throws RangeError naming what is longer than 255 bytes */
export function encodeShort(text: string, what: string): Buffer {
  const bytes = encodeText(text);
  if (bytes.length > 255) throw new RangeError(`the ${what} is longer than 255 bytes`);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

/** Writes the same at `at`, where there is room for 256 bytes. Returns where it ends. @throws RangeError */
export function writeShort(text: string, what: string, block: Buffer, at: number): number {
  const { length } = text;
  if (length > 255) return at + encodeShort(text, what).copy(block, at);
  block[at] = length;
  // Most texts are short and ASCII: byte by byte is faster than a call out of JavaScript.
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return at + encodeShort(text, what).copy(block, at);
    block[at + 1 + i] = code;
  }
  return at + 1 + length;
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function encodeField(field: Field): Buffer {
  if (isList(field))
    return Buffer.concat([Buffer.from("A"), withLength(Buffer.concat(field.map(encodeField)))]);
  const [tag, bytes] = encodeTyped(typed(field));
  return Buffer.concat([Buffer.from(tag), bytes]);
}

function encodeTyped([type, value]: TypedField): readonly [string, Buffer] {
  switch (type) {
    case "text":
      return ["S", withLength(Buffer.from(value, "utf8"))];
    case "string64":
      return ["S", withLength(Buffer.from(value, "base64"))];
    case "bytes":
      return ["x", withLength(Buffer.from(value, "base64"))];
    case "bool":
      return ["t", Buffer.of(value ? 1 : 0)];
    case "null":
      return ["V", Buffer.alloc(0)];
    case "table":
      return ["F", encodeTable(value)];
    case "decimal":
      return [
        "D",
        fixed(5, (bytes) => bytes.writeUInt32BE(value.digits, bytes.writeUInt8(value.places))),
      ];
    case "int":
      return ["l", fixed(8, (bytes) => bytes.writeBigInt64BE(value))];
    case "longlong":
      return ["L", fixed(8, (bytes) => bytes.writeBigInt64BE(value))];
    case "timestamp":
      return ["T", fixed(8, (bytes) => bytes.writeBigUInt64BE(value))];
    default:
      return encodeNumber(type, value);
  }
}

type NumberType = Extract<TypedField, readonly [string, number]>[0];

/** Tag, bytes, how to write, how to read. */
const numbers: Readonly<
  Record<
    NumberType,
    readonly [string, number, (b: Buffer, n: number) => number, (b: Buffer, at: number) => number]
  >
> = {
  int8: ["b", 1, (b, n) => b.writeInt8(n), (b, at) => b.readInt8(at)],
  uint8: ["B", 1, (b, n) => b.writeUInt8(n), (b, at) => b.readUInt8(at)],
  int16: ["s", 2, (b, n) => b.writeInt16BE(n), (b, at) => b.readInt16BE(at)],
  uint16: ["u", 2, (b, n) => b.writeUInt16BE(n), (b, at) => b.readUInt16BE(at)],
  int32: ["I", 4, (b, n) => b.writeInt32BE(n), (b, at) => b.readInt32BE(at)],
  uint32: ["i", 4, (b, n) => b.writeUInt32BE(n), (b, at) => b.readUInt32BE(at)],
  float: ["f", 4, (b, n) => b.writeFloatBE(n), (b, at) => b.readFloatBE(at)],
  double: ["d", 8, (b, n) => b.writeDoubleBE(n), (b, at) => b.readDoubleBE(at)],
};

function encodeNumber(type: NumberType, value: number): readonly [string, Buffer] {
  const [tag, size, write] = numbers[type];
  return [tag, fixed(size, (bytes) => write(bytes, value))];
}

function fixed(size: number, write: (bytes: Buffer) => unknown): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  write(bytes);
  return bytes;
}

/** A table without its length. @throws DecodeError, RangeError when it is cut short */
export function decodeTable(bytes: Buffer, depth = 0): Table {
  if (depth > MAX_DEPTH) throw new DecodeError(`headers nested deeper than ${MAX_DEPTH}`);
  const table: Record<string, Field> = Object.create(null);
  for (let at = 0; at < bytes.length;) {
    const start = at + 1 + bytes.readUInt8(at);
    const key = decodeText(bytes.subarray(at + 1, start));
    const [field, end] = decodeField(bytes, start, depth);
    table[key] = field;
    at = end;
  }
  return table;
}

/** One tagged value, and where the next one begins. */
function decodeField(bytes: Buffer, at: number, depth: number): readonly [Field, number] {
  const tag = String.fromCharCode(bytes.readUInt8(at));
  const start = at + 1;
  const number = numberTypes.get(tag);
  if (number)
    return [showNumber(number, numbers[number][3](bytes, start)), start + numbers[number][1]];
  switch (tag) {
    case "t":
      return [bytes.readUInt8(start) !== 0, start + 1];
    case "V":
      return [null, start];
    case "l":
      return [{ int: bytes.readBigInt64BE(start).toString() }, start + 8];
    case "L":
      return [{ longlong: bytes.readBigInt64BE(start).toString() }, start + 8];
    case "T":
      return [{ timestamp: showWhole(bytes.readBigUInt64BE(start)) }, start + 8];
    case "D":
      return [
        { decimal: { places: bytes.readUInt8(start), digits: bytes.readUInt32BE(start + 1) } },
        start + 5,
      ];
  }
  const decodeLong = longTypes[tag];
  if (!decodeLong) throw new DecodeError(`unknown type "${tag}" in the headers`);
  const end = start + 4 + bytes.readUInt32BE(start);
  if (end > bytes.length) throw new RangeError("headers are cut short");
  return [decodeLong(bytes.subarray(start + 4, end), depth), end];
}

/** Types that begin with their length. */
const longTypes: Readonly<Record<string, (content: Buffer, depth: number) => Field>> = {
  S: (content) =>
    isUtf8(content) ? content.toString("utf8") : { string64: content.toString("base64") },
  x: (content) => ({ bytes: content.toString("base64") }),
  A: (content, depth) => decodeList(content, depth + 1),
  F: (content, depth) => {
    const table = decodeTable(content, depth + 1);
    return tagOf(table) === undefined ? table : { table };
  },
};

const numberTypes = new Map(
  (["int8", "uint8", "int16", "uint16", "int32", "uint32", "float", "double"] as const).map(
    (type) => [numbers[type][0], type],
  ),
);

/** An int32 is a plain number; every other width names itself. */
function showNumber(type: NumberType, value: number): Field {
  if (type === "int32") return value;
  if (Object.is(value, -0)) return { [type]: "-0" };
  return { [type]: Number.isFinite(value) ? value : String(value) };
}

function showWhole(value: bigint): Field {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
}

function decodeList(bytes: Buffer, depth: number): readonly Field[] {
  if (depth > MAX_DEPTH) throw new DecodeError(`headers nested deeper than ${MAX_DEPTH}`);
  const list: Field[] = [];
  for (let at = 0; at < bytes.length;) {
    const [field, end] = decodeField(bytes, at, depth);
    list.push(field);
    at = end;
  }
  return list;
}
