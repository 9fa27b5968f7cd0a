// Basic properties as bytes: the content header's flags and fields (AMQP 0-9-1, 4.2.6.1), in the specification's order.
import type { Properties } from "../../message/message.ts";
import { decodeTable, writeShort } from "./table.ts";
import { decodeText } from "../../message/text.ts";

type Name = keyof Properties;
type Draft = { -readonly [K in Name]?: Required<Properties>[K] };

/** Each property with the bit that says it is there. Text unless it is named below. */
const order: readonly (readonly [Name, number])[] = [
  ["contentType", 0x8000],
  ["contentEncoding", 0x4000],
  ["headers", 0x2000],
  ["deliveryMode", 0x1000],
  ["priority", 0x0800],
  ["correlationId", 0x0400],
  ["replyTo", 0x0200],
  ["expiration", 0x0100],
  ["messageId", 0x0080],
  ["timestamp", 0x0040],
  ["type", 0x0020],
  ["userId", 0x0010],
  ["appId", 0x0008],
  ["clusterId", 0x0004],
];

/** The most that flags and properties take, but for the headers: 11 texts, a time and two bytes. */
export const PROPERTIES_BYTES = 2 + 11 * 256 + 8 + 2;

/**
 * Writes flags and fields at `start`, where there is room for PROPERTIES_BYTES and the headers, which come encoded; with that message-id,
 * whatever `properties` say. Returns the end.
 * @throws RangeError when a text is longer than 255 bytes
 */
export function writeProperties(
  properties: Properties,
  headers: Buffer | undefined,
  messageId: string | undefined,
  block: Buffer,
  start: number,
): number {
  let flags = 0;
  let at = start + 2;
  for (const [name, bit] of order) {
    const value = name === "messageId" ? messageId : properties[name];
    if (value === undefined) continue;
    flags |= bit;
    if (name === "headers") at += headers?.copy(block, at) ?? 0;
    else if (name === "deliveryMode" || name === "priority") block[at++] = properties[name] ?? 0;
    else if (name === "timestamp")
      at = block.writeBigUInt64BE(BigInt(properties.timestamp ?? 0), at);
    else if (typeof value === "string") at = writeShort(value, name, block, at);
  }
  block[start] = flags >> 8;
  block[start + 1] = flags & 0xff;
  return at;
}

/** The properties in the bytes behind the body's size. @throws DecodeError, RangeError */
export function decodeProperties(bytes: Buffer): Properties {
  const flags = bytes.readUInt16BE(0);
  const properties: Draft = {};
  let at = 2;
  for (const [name, bit] of order) {
    if (flags & bit) at = decodeProperty(name, bytes, at, properties);
  }
  return properties;
}

/** Reads one property into `properties`; returns where the next one begins. */
function decodeProperty(name: Name, bytes: Buffer, at: number, properties: Draft): number {
  switch (name) {
    case "headers": {
      const end = at + 4 + bytes.readUInt32BE(at);
      properties.headers = decodeTable(bytes.subarray(at + 4, end));
      return end;
    }
    case "deliveryMode":
    case "priority":
      properties[name] = bytes.readUInt8(at);
      return at + 1;
    case "timestamp": {
      const seconds = bytes.readBigUInt64BE(at);
      properties.timestamp =
        seconds <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seconds) : seconds.toString();
      return at + 8;
    }
    default: {
      const end = at + 1 + bytes.readUInt8(at);
      properties[name] = decodeText(bytes.subarray(at + 1, end));
      return end;
    }
  }
}
