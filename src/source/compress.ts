// --compress: bodies made smaller, with the content-encoding that says how.
import { promisify } from "node:util";
import zlib from "node:zlib";
import type { Message } from "../message/message.ts";
import type { Batch } from "./source.ts";

/** Larger bodies are compressed off the event loop, so that heartbeats go on. */
const SMALL_BYTES = 64 * 1024;

/** What --compress may say, by its name in content-encoding (RFC 9110, 8.4.1): for small bodies, and for others. */
export const encodings = {
  gzip: {
    small: (body: Buffer) => zlib.gzipSync(body),
    large: (body: Buffer) => promisify<Buffer, Buffer>(zlib.gzip)(body),
  },
  deflate: {
    small: (body: Buffer) => zlib.deflateSync(body),
    large: (body: Buffer) => promisify<Buffer, Buffer>(zlib.deflate)(body),
  },
  br: {
    small: (body: Buffer) => zlib.brotliCompressSync(body, brotli()),
    large: (body: Buffer) => promisify(zlib.brotliCompress)(body, brotli()),
  },
};

/** Brotli's default of 11 takes a second per MiB. */
function brotli(): zlib.BrotliOptions {
  return { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } };
}

export type Encoding = keyof typeof encodings;

/** The messages with compressed bodies; those that have a content-encoding already stay as they are. */
export async function* compressed(
  batches: AsyncIterable<Batch>,
  encoding: Encoding,
): AsyncIterable<Batch> {
  const { small, large } = encodings[encoding];
  for await (const batch of batches) {
    for (const message of batch) {
      const { body, properties } = message;
      if (properties.contentEncoding !== undefined) yield [message];
      else if (body.length < SMALL_BYTES) yield [encoded(message, small(body), encoding)];
      else yield [encoded(message, await large(body), encoding)];
    }
  }
}

function encoded(message: Message, body: Buffer, contentEncoding: Encoding): Message {
  return { ...message, body, properties: { ...message.properties, contentEncoding } };
}
