// Deliveries from the frames of basic.deliver (AMQP 0-9-1, 2.3.5), as far as they arrive in one piece, as small ones do:
// amqplib makes some twenty objects of each. Everything else is read by amqplib.
import { decodeText } from "../../message/text.ts";
import {
  BASIC,
  BODY_FRAME,
  FRAME_END,
  FRAME_OVERHEAD,
  FRAME_PREFIX,
  HEADER_FRAME,
  METHOD_FRAME,
} from "./frame-format.ts";

const DELIVER = (BASIC << 16) | 60;

/** Class, weight, the body's size and the properties' flags. */
const LEAST_HEADER = 14;

/** What amqplib would hand on, with the header's bytes in place of its properties. */
export interface RawDelivery {
  readonly fields: {
    readonly consumerTag: string;
    readonly deliveryTag: number;
    readonly redelivered: boolean;
    readonly exchange: string;
    readonly routingKey: string;
  };
  readonly properties: { readonly raw: Buffer };
  readonly content: Buffer;
}

/** A delivery, its channel, and where the bytes behind it begin. */
export interface Found {
  readonly delivery: RawDelivery;
  readonly channel: number;
  readonly end: number;
}

/** Reads deliveries one after the other. */
export class DeliveryReader {
  readonly #tag = new Repeated((bytes) => bytes.toString());
  readonly #exchange = new Repeated(decodeText);
  readonly #routingKey = new Repeated(decodeText);

  /** The delivery that begins at `start`. Undefined when there is none, not all of one, or one in several parts. */
  read(bytes: Buffer, start: number): Found | undefined {
    const method = start + FRAME_PREFIX;
    if (bytes.length < method + 4 || bytes.readUInt32BE(method) !== DELIVER) return undefined;
    const channel = bytes.readUInt16BE(start + 1);
    const header = endOf(METHOD_FRAME, channel, bytes, start);
    const body = header && endOf(HEADER_FRAME, channel, bytes, header);
    if (body < header + FRAME_OVERHEAD + LEAST_HEADER) return undefined;
    const payload = header + FRAME_PREFIX;
    const isSmall = bytes.readUInt32BE(payload + 4) === 0;
    if (bytes.readUInt16BE(payload) !== BASIC || !isSmall) return undefined;
    const size = bytes.readUInt32BE(payload + 8);
    const end = size === 0 ? body : endOf(BODY_FRAME, channel, bytes, body);
    if (size > 0 && end !== body + size + FRAME_OVERHEAD) return undefined;
    const fields = this.#readFields(bytes, method + 4, header - 1);
    if (!fields) return undefined;
    const properties = { raw: bytes.subarray(payload + 12, body - 1) };
    const delivery = { fields, properties, content: bytes.subarray(end - 1 - size, end - 1) };
    return { delivery, channel, end };
  }

  /** Undefined unless they end at `end`. */
  #readFields(bytes: Buffer, start: number, end: number): RawDelivery["fields"] | undefined {
    const tag = start + 1 + (bytes[start] ?? 0);
    const exchange = tag + 9;
    const routingKey = exchange + 1 + (bytes[exchange] ?? 0);
    if (routingKey + 1 + (bytes[routingKey] ?? 0) !== end) return undefined;
    return {
      consumerTag: this.#tag.read(bytes, start),
      deliveryTag: bytes.readUInt32BE(tag) * 2 ** 32 + bytes.readUInt32BE(tag + 4),
      redelivered: bytes.readUInt8(tag + 8) % 2 === 1,
      exchange: this.#exchange.read(bytes, exchange),
      routingKey: this.#routingKey.read(bytes, routingKey),
    };
  }
}

/** Where the frame that begins at `start` ends; 0 when it is of another kind, or incomplete. */
function endOf(type: number, channel: number, bytes: Buffer, start: number): number {
  if (bytes.length < start + FRAME_OVERHEAD) return 0;
  if (bytes[start] !== type || bytes.readUInt16BE(start + 1) !== channel) return 0;
  const end = start + FRAME_OVERHEAD + bytes.readUInt32BE(start + 3);
  return bytes[end - 1] === FRAME_END ? end : 0;
}

/** A short string that is mostly the same as the last time. */
class Repeated {
  readonly #decode: (bytes: Buffer) => string;
  #bytes = Buffer.alloc(0);
  #text = "";

  constructor(decode: (bytes: Buffer) => string) {
    this.#decode = decode;
  }

  /** `start` is where its length stands. */
  read(bytes: Buffer, start: number): string {
    const length = bytes[start] ?? 0;
    if (!this.#isSame(bytes, start + 1, length)) {
      this.#bytes = Buffer.from(bytes.subarray(start + 1, start + 1 + length));
      this.#text = this.#decode(this.#bytes);
    }
    return this.#text;
  }

  #isSame(bytes: Buffer, start: number, length: number): boolean {
    if (this.#bytes.length !== length) return false;
    for (let i = 0; i < length; i++) if (this.#bytes[i] !== bytes[start + i]) return false;
    return true;
  }
}
