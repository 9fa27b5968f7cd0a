// A message as the frames of basic.publish (AMQP 0-9-1, 2.3.5), many messages to one block of bytes: amqplib encodes
// about half as many a second, one write each.
import type { Table } from "../../message/fields.ts";
import type { Message } from "../../message/message.ts";
import {
  BASIC,
  BODY_FRAME,
  FRAME_END,
  FRAME_OVERHEAD,
  FRAME_PREFIX,
  HEADER_FRAME,
  METHOD_FRAME,
} from "./frame-format.ts";
import { PROPERTIES_BYTES, writeProperties } from "./properties.ts";
import { encodeShort, encodeTable } from "./table.ts";

const BLOCK_BYTES = 64 * 1024;

/** What stands before the properties in a header frame: prefix, class, weight, the body's size. */
const HEADER_START = FRAME_PREFIX + 12;

/** A short body is copied byte by byte: that is faster than a call out of JavaScript. */
const SHORT_BODY = 64;

/** Writes messages to blocks, and hands each block on when it is full or when `flush` is called. */
export class Framer {
  readonly #channel: number;
  readonly #maxPayload: number;
  readonly #write: (bytes: Buffer) => void;
  #block = Buffer.alloc(0);
  #used = 0;
  #lastMethod:
    | {
        readonly exchange: string;
        readonly routingKey: string;
        readonly mandatory: boolean;
        readonly frame: Buffer;
      }
    | undefined;
  #lastHeaders: { readonly table: Table; readonly bytes: Buffer } | undefined;

  /** `frameMax` is the negotiated limit of a whole frame, 0 for none. */
  constructor(channel: number, frameMax: number, write: (bytes: Buffer) => void) {
    this.#channel = channel;
    this.#maxPayload = (frameMax || 0xffffffff) - FRAME_OVERHEAD;
    this.#write = write;
  }

  /**
   * `messageId` stands in for the message's own.
   * @throws RangeError, ValueError when a key, name or header cannot be encoded; nothing of the message is written then
   */
  add(
    { exchange, routingKey, properties, body }: Message,
    mandatory: boolean,
    messageId = properties.messageId,
  ): void {
    const method = this.#method(exchange, routingKey, mandatory);
    const headers = properties.headers && this.#headers(properties.headers);
    const most = method.length + HEADER_START + PROPERTIES_BYTES + 1 + (headers?.length ?? 0);
    const block = this.#reserve(most);
    const start = this.#used + copyTo(block, this.#used, method);
    const end = writeProperties(properties, headers, messageId, block, start + HEADER_START);
    this.#used = this.#surroundHeader(block, start, end, body.length);
    for (let at = 0; at < body.length; at += this.#maxPayload) {
      this.#appendBody(body.subarray(at, at + this.#maxPayload));
    }
  }

  /** Hands on what is left. */
  flush(): void {
    if (this.#used === 0) return;
    const bytes = this.#block.subarray(0, this.#used);
    // What is written must stay as it is; the rest of the block is still free.
    this.#block = this.#block.subarray(this.#used);
    this.#used = 0;
    this.#write(bytes);
  }

  #method(exchange: string, routingKey: string, mandatory: boolean): Buffer {
    const last = this.#lastMethod;
    if (
      last &&
      last.exchange === exchange &&
      last.routingKey === routingKey &&
      last.mandatory === mandatory
    )
      return last.frame;
    const payload = Buffer.concat([
      Buffer.of(0, 60, 0, 40, 0, 0),
      encodeShort(exchange, "exchange's name"),
      encodeShort(routingKey, "routing key"),
      Buffer.of(mandatory ? 1 : 0),
    ]);
    const frame = Buffer.alloc(payload.length + FRAME_OVERHEAD);
    this.#writePrefix(frame, 0, METHOD_FRAME, payload.length);
    frame[copyTo(frame, FRAME_PREFIX, payload) + FRAME_PREFIX] = FRAME_END;
    this.#lastMethod = { exchange, routingKey, mandatory, frame };
    return frame;
  }

  #headers(table: Table): Buffer {
    if (this.#lastHeaders?.table === table) return this.#lastHeaders.bytes;
    const bytes = encodeTable(table);
    this.#lastHeaders = { table, bytes };
    return bytes;
  }

  /** What stands before and behind the properties, which end at `end`. Returns where the frame ends. */
  #surroundHeader(block: Buffer, start: number, end: number, size: number): number {
    const payload = start + FRAME_PREFIX;
    if (end - payload > this.#maxPayload)
      throw new RangeError("the properties are larger than one frame (--frame-max)");
    // Class 60, weight 0, the body's size in 64 bits.
    write32(block, payload, BASIC << 16);
    write32(block, payload + 4, Math.floor(size / 2 ** 32));
    write32(block, payload + 8, size);
    this.#writePrefix(block, start, HEADER_FRAME, end - payload);
    block[end] = FRAME_END;
    return end + 1;
  }

  /** A large piece of a body is handed on as it is, not copied. */
  #appendBody(piece: Buffer): void {
    const { length } = piece;
    const isSmall = length + FRAME_OVERHEAD <= BLOCK_BYTES / 4;
    const block = this.#reserve(isSmall ? length + FRAME_OVERHEAD : FRAME_OVERHEAD);
    this.#used = this.#writePrefix(block, this.#used, BODY_FRAME, length);
    if (isSmall) this.#used += copyTo(block, this.#used, piece);
    else {
      this.flush();
      this.#write(piece);
    }
    this.#reserve(1)[this.#used++] = FRAME_END;
  }

  /** Returns where the payload begins. */
  #writePrefix(block: Buffer, at: number, type: number, size: number): number {
    block[at] = type;
    block[at + 1] = this.#channel >>> 8;
    block[at + 2] = this.#channel & 0xff;
    return write32(block, at + 3, size);
  }

  /** The block, with this many bytes free from #used on. */
  #reserve(size: number): Buffer {
    if (this.#used + size <= this.#block.length) return this.#block;
    this.flush();
    if (size > this.#block.length)
      this.#block = Buffer.allocUnsafeSlow(Math.max(size, BLOCK_BYTES));
    return this.#block;
  }
}

/** The lowest 32 bits. Returns the end. */
function write32(block: Buffer, at: number, value: number): number {
  block[at] = (value >>> 24) & 0xff;
  block[at + 1] = (value >>> 16) & 0xff;
  block[at + 2] = (value >>> 8) & 0xff;
  block[at + 3] = value & 0xff;
  return at + 4;
}

/** Returns how many bytes it has written. */
function copyTo(block: Buffer, at: number, bytes: Buffer): number {
  if (bytes.length > SHORT_BODY) return bytes.copy(block, at);
  for (let i = 0; i < bytes.length; i++) block[at + i] = bytes[i] ?? 0;
  return bytes.length;
}
