// The primitive values of AMQP 0-9-1 as bytes, and back (specification §4.2.5): just what a pretended broker needs.
// Which values make up which method is in amqp-frame.ts.

/** A header or argument table: text, whole number (sent as int32), truth, or a table in it. */
export interface Fields {
  readonly [name: string]: string | number | boolean | Fields;
}

export function octet(value: number): Buffer {
  return Buffer.from([value]);
}

export function short(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function long(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function longlong(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** At most 255 bytes; a Buffer is for text that is not UTF-8. */
export function shortstr(text: string | Buffer): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([octet(bytes.length), bytes]);
}

export function longstr(text: string | Buffer): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([long(bytes.length), bytes]);
}

/** A Buffer is taken as the inside of the table, as it is: for tables that no honest peer would send. */
export function table(fields: Fields | Buffer): Buffer {
  if (Buffer.isBuffer(fields)) return longstr(fields);
  const pairs = Object.entries(fields).flatMap(([name, value]) => [shortstr(name), field(value)]);
  return longstr(Buffer.concat(pairs));
}

function field(value: Fields[string]): Buffer {
  if (typeof value === "string") return Buffer.concat([Buffer.from("S"), longstr(value)]);
  if (typeof value === "boolean") return Buffer.concat([Buffer.from("t"), octet(Number(value))]);
  if (typeof value === "object") return Buffer.concat([Buffer.from("F"), table(value)]);
  const bytes = Buffer.alloc(5, "I");
  bytes.writeInt32BE(value, 1);
  return bytes;
}

/** Reads the arguments of a method one after another, in the order of the specification. */
export class Arguments {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  octet(): number {
    return this.#take(1).readUInt8();
  }

  short(): number {
    return this.#take(2).readUInt16BE();
  }

  long(): number {
    return this.#take(4).readUInt32BE();
  }

  longlong(): bigint {
    return this.#take(8).readBigUInt64BE();
  }

  shortstr(): string {
    return this.#take(this.octet()).toString("utf8");
  }

  /** Also the inside of a table, which is enough to look for a text in it. */
  longstr(): string {
    return this.#take(this.long()).toString("utf8");
  }

  #take(count: number): Buffer {
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }
}
