// Properties as bytes of their own; the programs write them into a block of frames (src/amqp/wire/frames.ts).
import { PROPERTIES_BYTES, writeProperties } from "../../src/amqp/wire/properties.ts";
import { encodeTable } from "../../src/amqp/wire/table.ts";
import type { Properties } from "../../src/message/message.ts";

/** Flags and fields. @throws RangeError when a text is longer than 255 bytes, ValueError for a header that does not fit its tag */
export function encodeProperties(properties: Properties): Buffer {
  const headers = properties.headers && encodeTable(properties.headers);
  const bytes = Buffer.allocUnsafe(PROPERTIES_BYTES + (headers?.length ?? 0));
  return bytes.subarray(0, writeProperties(properties, headers, properties.messageId, bytes, 0));
}
