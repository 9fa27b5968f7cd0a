// --decompress: bodies as they were before their content-encoding. What cannot be decompressed, or would become too large,
// stays as it is and is told: a few bytes from a stranger must not fill the memory.
import { messageOf, ValueError } from "../errors.ts";
import type { Delivery } from "../message/message.ts";
import { formatSize } from "../ui/size.ts";
import type { Log } from "../ui/log.ts";

/**
 * Turns bodies into what they were before they were compressed: from the front of a batch, one at least, and no more when they
 * have grown large. The others come with the next call.
 */
export type Decompress = (batch: readonly Delivery[]) => Promise<readonly Delivery[]>;

/** Other encodings that compress, and several at once. Anything else there is not a compression, but mostly a charset. */
const notOurs = /,|zstd|compress|lz4|lzma|xz|bzip2|snappy/;

/** When this much is decompressed, it is handed on: small messages stay together, and large ones come one by one. */
const ENOUGH_BYTES = 4 * 1024 * 1024;

type Decoder = (bytes: Buffer, limit: number) => Promise<Buffer>;

/** Loads zlib. `limit` is the largest body in bytes. */
export async function openDecompress(limit: number, log: Log): Promise<Decompress> {
  const decoders = await loadDecoders();
  const decode = async (delivery: Delivery): Promise<Delivery> => {
    const encoding = delivery.properties.contentEncoding?.trim().toLowerCase() ?? "";
    const decoder = decoders.get(encoding);
    if (!decoder) {
      if (notOurs.test(encoding))
        log.warn(
          `message ${delivery.deliveryTag} is shown compressed: content-encoding "${encoding}" is neither gzip, deflate nor br`,
        );
      return delivery;
    }
    try {
      return withBody(delivery, await decoder(delivery.body, limit));
    } catch (error) {
      log.warn(`message ${delivery.deliveryTag} is shown compressed: ${explain(error, limit)}`);
      return delivery;
    }
  };
  return async (batch) => {
    if (!batch.some(({ properties }) => properties.contentEncoding)) return batch;
    const decoded: Delivery[] = [];
    let bytes = 0;
    // One after the other: several at once would take the limit's memory several times.
    for (const delivery of batch) {
      if (bytes >= ENOUGH_BYTES) break;
      const shown = await decode(delivery);
      if (shown.compressed) bytes += shown.body.length;
      decoded.push(shown);
    }
    return decoded;
  };
}

async function loadDecoders(): Promise<ReadonlyMap<string, Decoder>> {
  const zlib = await import("node:zlib");
  const { promisify } = await import("node:util");
  const gunzip = promisify(zlib.gunzip);
  const asGzip: Decoder = (bytes, maxOutputLength) => gunzip(bytes, { maxOutputLength });
  const inflate = oneStream(promisify(zlib.inflate));
  const inflateRaw = oneStream(promisify(zlib.inflateRaw));
  // "deflate" is zlib's format by the standard (RFC 9110, 8.4.1.2); some write it without its header.
  const asDeflate: Decoder = (bytes, limit) =>
    ((bytes[0] ?? 0) & 0x0f) === 8 ? inflate(bytes, limit) : inflateRaw(bytes, limit);
  return new Map([
    ["gzip", asGzip],
    ["x-gzip", asGzip],
    ["deflate", asDeflate],
    ["br", oneStream(promisify(zlib.brotliDecompress))],
  ]);
}

type Unpack = (
  bytes: Buffer,
  options: { readonly maxOutputLength: number; readonly info: true },
) => Promise<object>;

/** What zlib returns with `info`, which its types do not know. */
interface Unpacked {
  readonly buffer: Buffer;
  /** How much it has read. */
  readonly engine: { readonly bytesWritten: number };
}

/** Of these formats zlib reads the first stream and passes over the rest in silence; of gzip it reads all (RFC 1952, 2.2). */
function oneStream(unpack: Unpack): Decoder {
  return async (bytes, maxOutputLength) => {
    const unpacked = await unpack(bytes, { maxOutputLength, info: true });
    if (!isUnpacked(unpacked)) throw new TypeError("zlib does not tell how much it has read");
    const rest = bytes.length - unpacked.engine.bytesWritten;
    if (rest > 0) throw new ValueError(`${rest} more bytes follow what is compressed`);
    return unpacked.buffer;
  };
}

function isUnpacked(result: object): result is Unpacked {
  return "engine" in result;
}

function withBody(delivery: Delivery, body: Buffer): Delivery {
  const { contentEncoding: _, ...properties } = delivery.properties;
  const compressed = { properties: delivery.properties, body: delivery.body };
  return { ...delivery, properties, body, compressed };
}

function explain(error: unknown, limit: number): string {
  if (error instanceof RangeError && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE")
    return `its body becomes larger than --decompress-limit, ${formatSize(limit)}`;
  return messageOf(error);
}
