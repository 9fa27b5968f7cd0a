// Any message at all, for fast-check: every property, every type of header, bytes that are no text.
import { isUtf8 } from "node:buffer";
import * as fc from "fast-check";
import { decodeText } from "../../src/message/text.ts";
import type { Field, Table } from "../../src/message/fields.ts";
import type { Properties } from "../../src/message/message.ts";

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom("", "\u2028\u2029\u0085", "\u001b]52;c;eA==\u0007", "héllo 日本 🐇", "\r\n\0"),
);
/** At most 255 bytes, in UTF-8 or not, in the form that a received one has. */
export const short = fc.oneof(
  { arbitrary: fc.string({ unit: "binary", maxLength: 60 }), weight: 3 },
  fc.uint8Array({ maxLength: 255 }).map((content) => decodeText(Buffer.from(content))),
);

const bytes = fc
  .uint8Array({ maxLength: 40 })
  .map((content) => Buffer.from(content).toString("base64"));

/** Erlang has no other floats: RabbitMQ 4 breaks the connection at an infinite one. */
const finite = { noNaN: true, noDefaultInfinity: true };

const float = (number: number): Field => (Object.is(number, -0) ? "-0" : number);

const whole = (value: bigint): Field =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : `${value}`;

/** Each type that a header can have, in the form that a received one has. */
const scalars: readonly fc.Arbitrary<Field>[] = [
  text,
  fc.boolean(),
  fc.constant(null),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({ int: `${value}` })),
  fc.integer({ min: -128, max: 127 }).map((int8) => ({ int8 })),
  fc.integer({ min: 0, max: 255 }).map((uint8) => ({ uint8 })),
  fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }).map((int16) => ({ int16 })),
  fc.integer({ min: 0, max: 2 ** 16 - 1 }).map((uint16) => ({ uint16 })),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((uint32) => ({ uint32 })),
  fc.float(finite).map((number) => ({ float: float(number) })),
  fc.double(finite).map((number) => ({ double: float(number) })),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => ({ timestamp: whole(value) })),
  fc
    .record({ places: fc.nat(255), digits: fc.nat(2 ** 31 - 1) })
    .map((decimal) => ({ decimal: { ...decimal } })),
  bytes.map((content) => ({ bytes: content })),
  bytes
    .filter((content) => !isUtf8(Buffer.from(content, "base64")))
    .map((content) => ({ string64: content })),
  fc.constantFrom({ table: { int: 5 } }, { table: { table: "text" } }),
];

/** Names that need care: of JavaScript's own, of our tags. */
const keys = fc.oneof(short, fc.constantFrom("__proto__", "constructor", "toString", "n"));

function tables(depth: number): fc.Arbitrary<Table> {
  return fc
    .uniqueArray(fc.tuple(keys, fields(depth)), { selector: ([key]) => key, maxLength: 5 })
    .map((entries) => {
      const table: Record<string, Field> = Object.create(null);
      for (const [key, field] of entries) table[key] = field;
      return table;
    });
}

function fields(depth: number): fc.Arbitrary<Field> {
  if (depth === 0) return fc.oneof(...scalars);
  const nested = [fc.array(fields(depth - 1), { maxLength: 4 }), tables(depth - 1)];
  return fc.oneof({ arbitrary: fc.oneof(...scalars), weight: 5 }, ...nested);
}

/** Headers with every type, nested. A table that looks like a typed field stands in a tag of its own, as when received. */
const headers: fc.Arbitrary<Table> = tables(2);

/** A body: text, bytes, or nothing. */
export const body: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((content) => Buffer.from(content)),
  text.map((content) => Buffer.from(content)),
);

const optional = { requiredKeys: [] };

/** Every property of AMQP 0-9-1. `user-id` is left out: the broker allows only that of the login. */
export const properties: fc.Arbitrary<Properties> = fc.record(
  {
    contentType: short,
    contentEncoding: short,
    headers,
    deliveryMode: fc.constantFrom(1, 2),
    priority: fc.nat(255),
    correlationId: short,
    replyTo: short,
    expiration: fc.constant("86400000"),
    messageId: short,
    timestamp: fc
      .bigInt({ min: 0n, max: 2n ** 62n })
      .map((value) => (value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : `${value}`)),
    type: short,
    appId: short,
    clusterId: short,
  },
  optional,
);
