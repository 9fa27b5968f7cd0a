// A message as the frames of basic.publish (AMQP 0-9-1, 2.3.5), many messages to one block of bytes: amqplib encodes
// about half as many a second, one write each.
import type { Message, Properties } from "../message.ts";
import { encodeProperties } from "./properties.ts";
import { encodeShort } from "./table.ts";

const METHOD = 1;
const HEADER = 2;
const BODY = 3;
const END = 0xce;
const FRAME_OVERHEAD = 8;
const BLOCK_BYTES = 64 * 1024;

/** Writes messages to blocks, and hands each block on when it is full or when `flush` is called. */
export class Framer {
  readonly #channel: number;
  readonly #maxBody: number;
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
  #lastHeader: { readonly properties: Properties; readonly frame: Buffer } | undefined;

  /** `frameMax` is the negotiated limit of a whole frame, 0 for none. */
  constructor(channel: number, frameMax: number, write: (bytes: Buffer) => void) {
    this.#channel = channel;
    this.#maxBody = (frameMax || 0xffffffff) - FRAME_OVERHEAD;
    this.#write = write;
  }

  /** @throws RangeError, ValueError when a key, name or header cannot be encoded; nothing of the message is written then */
  add({ exchange, routingKey, properties, body }: Message, mandatory: boolean): void {
    const method = this.#method(exchange, routingKey, mandatory);
    const header = this.#header(properties);
    header.writeUInt32BE(Math.floor(body.length / 2 ** 32), 11);
    header.writeUInt32BE(body.length % 2 ** 32, 15);
    this.#append(method);
    this.#append(header);
    for (let at = 0; at < body.length; at += this.#maxBody) {
      this.#appendBody(body.subarray(at, at + this.#maxBody));
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
    const frame = this.#frame(METHOD, payload);
    this.#lastMethod = { exchange, routingKey, mandatory, frame };
    return frame;
  }

  /** The header frame; the body's size stands at bytes 11 to 18. */
  #header(properties: Properties): Buffer {
    if (this.#lastHeader?.properties === properties) return this.#lastHeader.frame;
    const payload = Buffer.concat([
      Buffer.of(0, 60, 0, 0),
      Buffer.alloc(8),
      encodeProperties(properties),
    ]);
    if (payload.length > this.#maxBody)
      throw new RangeError("the properties are larger than one frame (--frame-max)");
    const frame = this.#frame(HEADER, payload);
    this.#lastHeader = { properties, frame };
    return frame;
  }

  #frame(type: number, payload: Buffer): Buffer {
    return Buffer.concat([this.#prefix(type, payload.length), payload, Buffer.of(END)]);
  }

  #prefix(type: number, size: number): Buffer {
    const prefix = Buffer.allocUnsafe(7);
    prefix.writeUInt8(type, 0);
    prefix.writeUInt16BE(this.#channel, 1);
    prefix.writeUInt32BE(size, 3);
    return prefix;
  }

  /** A large piece of a body is handed on as it is, not copied. */
  #appendBody(piece: Buffer): void {
    if (piece.length + FRAME_OVERHEAD <= BLOCK_BYTES / 4) {
      this.#reserve(piece.length + FRAME_OVERHEAD);
      const block = this.#block;
      let at = this.#used;
      block[at++] = BODY;
      at = block.writeUInt16BE(this.#channel, at);
      at = block.writeUInt32BE(piece.length, at);
      at += piece.copy(block, at);
      block[at++] = END;
      this.#used = at;
      return;
    }
    this.#append(this.#prefix(BODY, piece.length));
    this.flush();
    this.#write(piece);
    this.#append(Buffer.of(END));
  }

  #append(bytes: Buffer): void {
    if (bytes.length > BLOCK_BYTES) {
      this.flush();
      this.#write(Buffer.from(bytes));
      return;
    }
    this.#reserve(bytes.length);
    this.#used += bytes.copy(this.#block, this.#used);
  }

  #reserve(size: number): void {
    if (this.#used + size <= this.#block.length) return;
    this.flush();
    if (size > this.#block.length) this.#block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  }
}
