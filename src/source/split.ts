// Cuts a stream of bytes at a delimiter, whatever pieces it comes in. Holds one piece and one unfinished line at most.
import { ValueError } from "../errors.ts";
import { MAX_BODY_BYTES } from "../message/message.ts";

/** A longer line cannot be a message: in base64 a body is a third larger, and there is more in a record. */
const MAX_LINE_BYTES = MAX_BODY_BYTES * 1.375;

/** Cuts one input. Take all lines of a piece before giving the next one. */
export class Splitter {
  readonly #delimiter: Buffer;
  readonly #maxBytes: number;
  #unfinished: Buffer[] = [];
  #unfinishedBytes = 0;
  /** The end of the last piece: the first bytes of a delimiter may be in it. */
  #held: Buffer = Buffer.alloc(0);

  /** The delimiter has one byte at least. */
  constructor(delimiter: Buffer, maxBytes = MAX_LINE_BYTES) {
    this.#delimiter = delimiter;
    this.#maxBytes = maxBytes;
  }

  /** The lines that end in this piece, without their delimiters. They share the piece's memory. @throws ValueError for a line too long */
  *cut(piece: Buffer): Iterable<Buffer> {
    const delimiter = this.#delimiter;
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, piece]) : piece;
    // A single byte is found faster than a buffer.
    const sought = delimiter.length === 1 ? (delimiter[0] ?? 0) : delimiter;
    let start = 0;
    for (let end = bytes.indexOf(sought); end >= 0; end = bytes.indexOf(sought, start)) {
      yield this.#finish(bytes.subarray(start, end));
      start = end + delimiter.length;
    }
    const kept = Math.max(start, bytes.length - delimiter.length + 1);
    this.#keep(bytes.subarray(start, kept));
    this.#held = bytes.subarray(kept);
  }

  /** What stands behind the last delimiter; undefined when that is nothing. */
  rest(): Buffer | undefined {
    const rest = this.#finish(this.#held);
    this.#held = Buffer.alloc(0);
    return rest.length > 0 ? rest : undefined;
  }

  #finish(end: Buffer): Buffer {
    if (this.#unfinished.length === 0) return end;
    const line = Buffer.concat([...this.#unfinished, end]);
    this.#unfinished = [];
    this.#unfinishedBytes = 0;
    return line;
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return;
    this.#unfinished.push(part);
    this.#unfinishedBytes += part.length;
    if (this.#unfinishedBytes <= this.#maxBytes) return;
    throw new ValueError("longer than any message that RabbitMQ takes");
  }
}
