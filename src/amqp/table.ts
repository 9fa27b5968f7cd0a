// Our typed fields → what amqplib encodes, and back.
import { isTagged, type Field, type Table } from "../fields.ts";

/** amqplib's way of naming a type: see its codec. */
interface Typed {
  readonly "!": string;
  readonly value: unknown;
}

type Wire =
  | string
  | number
  | boolean
  | null
  | Buffer
  | Typed
  | readonly Wire[]
  | { readonly [key: string]: Wire };

/** Headers or arguments for amqplib. A table without prototype, so that any key is an entry. */
export function toArguments(table: Table): Record<string, Wire> {
  const wire: Record<string, Wire> = Object.create(null);
  for (const [key, field] of Object.entries(table)) wire[key] = toWire(field);
  return wire;
}

function toWire(field: Field): Wire {
  if (field === null || typeof field !== "object")
    return typeof field === "number" ? toNumber(field) : field;
  if (isList(field)) return field.map(toWire);
  const tagged = isTagged(field);
  if (!tagged) return toArguments(field);
  const [tag, value] = tagged;
  switch (tag) {
    case "bytes":
      return Buffer.from(String(value), "base64");
    case "int":
      return { "!": "int64", value: BigInt(String(value)) };
    case "double":
      return { "!": "double", value: Number(value) };
    default:
      return { "!": tag, value };
  }
}

/** A plain whole number is an int32 when it fits, else an int64; any other is a double. */
function toNumber(value: number): Typed {
  if (!Number.isInteger(value)) return { "!": "double", value };
  return value === (value | 0) ? { "!": "int32", value } : { "!": "int64", value: BigInt(value) };
}

function isList(field: Field): field is readonly Field[] {
  return Array.isArray(field);
}

/** A table that amqplib has decoded. It has lost which width a number had: see decode.ts for the exact way. */
export function fromWireTable(wire: object): Table {
  const table: Record<string, Field> = Object.create(null);
  for (const [key, value] of Object.entries(wire)) table[key] = fromWire(value);
  return table;
}

function fromWire(value: unknown): Field {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number")
    return value === (value | 0)
      ? value
      : Number.isInteger(value)
        ? { int: `${value}` }
        : { double: value };
  if (Buffer.isBuffer(value)) return { bytes: value.toString("base64") };
  if (Array.isArray(value)) return value.map(fromWire);
  if (typeof value !== "object") return String(value);
  if ("!" in value && "value" in value) return { [String(value["!"])]: fromWire(value.value) };
  return fromWireTable(value);
}
