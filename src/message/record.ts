// The record: one message as one JSON line, with which it can be published again byte for byte. amqp-con writes it
// (--format json, --save), handlers read it, amqp-pub takes it (--json, --from-dir; source/records.ts and directory.ts).
//
// A folder of saved messages (amqp-con --save DIR) holds two files a message: `0000000001.body`, its bytes, written first,
// and `0000000001.json`, its record without body, on one line, which tells that the message is complete. The numbers are
// the order in which the messages were received; they count on behind the largest one in the folder. See `savedNames`.
import { isUtf8 } from "node:buffer";
import { decodeText, encodeText, isEncodable } from "./text.ts";
import { errorCode, Failure, ValueError, type ExitName } from "../errors.ts";
import { isTaggedInt } from "./exact-json.ts";
import { isExpiration, MAX_EXPIRATION_MS } from "./expiration.ts";
import { checkField, checkName, isBase64, toTable, type Field, type Table } from "./fields.ts";
import { parseTime, readTimestamp } from "./time.ts";
import type { Delivery, Message, Properties } from "./message.ts";

/** What a record may leave out falls back to the flags of amqp-pub. */
export interface PublishRecord {
  readonly exchange?: string;
  readonly routingKey?: string;
  readonly properties: Properties;
  /** Undefined: it is elsewhere, or empty. */
  readonly body: Buffer | undefined;
  /** Milliseconds since 1970. */
  readonly receivedAt: number | undefined;
}

/** The part of a delivery that a record shows. */
export type Recorded = Message & Pick<Delivery, "redelivered" | "deliveryTag">;

/** The record of a message that has just come, with its newline. @throws Failure, with that exit code, when no string can hold it */
export function recordLine(delivery: Recorded, exit: ExitName): Buffer {
  try {
    return Buffer.from(`${toRecord(delivery, Date.now())}\n`);
  } catch (error) {
    if (!isTooLong(error)) throw error;
    throw new Failure(
      exit,
      `message ${delivery.deliveryTag} is too large for a record: its body has ${delivery.body.length} bytes`,
      `it was not acknowledged and comes again${exit === "output" ? "; --format raw and --save take it" : ""}`,
      error,
    );
  }
}

/** How Node, or V8, says that a string would be longer than 2^29 characters. */
function isTooLong(error: unknown): boolean {
  return errorCode(error) === "ERR_STRING_TOO_LONG" || error instanceof RangeError;
}

/**
 * One line without its newline. The body is text when it is valid UTF-8, else base64, and so is a text that as JSON fits no
 * string; `receivedAt` in ms since 1970.
 */
export function toRecord(delivery: Recorded, receivedAt: number): string {
  return toLine({ ...describe(delivery, receivedAt), ...describeBody(delivery.body) });
}

function describeBody(body: Buffer): object {
  const text = isUtf8(body) ? body.toString("utf8") : undefined;
  const isText = text !== undefined && (body.length <= LARGE_BYTES || fits(text));
  return isText ? { body: text } : { bodyBase64: body.toString("base64") };
}

/** What a string of V8 holds, with room for the rest of a record. Each control character takes six of them as JSON. */
const MOST_CHARACTERS = 2 ** 29 - 2 ** 20;
const LARGE_BYTES = MOST_CHARACTERS / 6;
/** How many characters are looked at in one go. */
const LOOK_CHARACTERS = 1024 * 1024;

/** Does a string hold it as JSON? */
function fits(text: string): boolean {
  let left = MOST_CHARACTERS;
  for (let at = 0; at < text.length && left >= 0; at += LOOK_CHARACTERS)
    left -= toLine(text.slice(at, at + LOOK_CHARACTERS)).length;
  return left >= 0;
}

/** The record of a message whose body is kept in a file beside it. */
export function toRecordWithoutBody(delivery: Recorded, receivedAt: number): string {
  return toLine(describe(delivery, receivedAt));
}

/** The names of the two files of the message with this number (from 1 on) in a folder of saved messages. */
export function savedNames(number: number): { readonly record: string; readonly body: string } {
  const name = `${number}`.padStart(10, "0");
  return { record: `${name}.json`, body: `${name}.body` };
}

function describe(delivery: Recorded, receivedAt: number): object {
  const { exchange, routingKey, redelivered, deliveryTag, properties } = delivery;
  const time = new Date(receivedAt).toISOString();
  return { exchange, routingKey, redelivered, deliveryTag, receivedAt: time, properties };
}

/** What some readers take for the end of a line, or a terminal for a command or a change of direction (ui/escape.ts). */
const unsafe =
  /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g;

/** JSON without characters that a terminal or an editor could take for more than text. */
export function toLine(record: object | string): string {
  return JSON.stringify(record).replace(unsafe, escapeUnits);
}

function escapeUnits(characters: string): string {
  return characters
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}

/** Reads a record. @throws ValueError naming the key and what was expected of it */
export function readRecord(record: Field): PublishRecord {
  const { exchange, routingKey, body, bodyBase64, receivedAt, ...others } = toTable(record);
  const { properties = {}, redelivered: _, deliveryTag: __, ...unknown } = others;
  refuseUnknown(unknown);
  if (body !== undefined && bodyBase64 !== undefined)
    throw new ValueError('"body" excludes "bodyBase64"');
  return {
    ...(exchange !== undefined && { exchange: at("exchange", readShort, exchange) }),
    ...(routingKey !== undefined && { routingKey: at("routingKey", readShort, routingKey) }),
    properties: readProperties(at("properties", toTable, properties)),
    body: at("bodyBase64", readBase64, bodyBase64) ?? at("body", readBody, body),
    receivedAt: at("receivedAt", readTime, receivedAt),
  };
}

/** Reads the value of a key that may be absent, and names the key in what goes wrong. */
function at<T>(key: string, read: (field: Field) => T, field: Field): T;
function at<T>(key: string, read: (field: Field) => T, field: Field | undefined): T | undefined;
function at<T>(key: string, read: (field: Field) => T, field: Field | undefined): T | undefined {
  if (field === undefined) return undefined;
  try {
    return read(field);
  } catch (error) {
    throw error instanceof ValueError ? new ValueError(`"${key}": ${error.message}`) : error;
  }
}

function refuseUnknown(unknown: Table): void {
  const [key] = Object.keys(unknown);
  if (key !== undefined) throw new ValueError(`unknown key "${key}"`);
}

/** Each property with its reader. */
const readers: Readonly<Record<string, (field: Field) => Properties>> = {
  contentType: (field) => ({ contentType: readShort(field) }),
  contentEncoding: (field) => ({ contentEncoding: readShort(field) }),
  headers: (field) => ({ headers: readHeaders(field) }),
  deliveryMode: (field) => ({ deliveryMode: readByte(field) }),
  priority: (field) => ({ priority: readByte(field) }),
  correlationId: (field) => ({ correlationId: readShort(field) }),
  replyTo: (field) => ({ replyTo: readShort(field) }),
  expiration: (field) => ({ expiration: readExpiration(field) }),
  messageId: (field) => ({ messageId: readShort(field) }),
  timestamp: (field) => ({ timestamp: readMoment(field) }),
  type: (field) => ({ type: readShort(field) }),
  userId: (field) => ({ userId: readShort(field) }),
  appId: (field) => ({ appId: readShort(field) }),
  clusterId: (field) => ({ clusterId: readShort(field) }),
};

function readProperties(table: Table): Properties {
  const properties: Properties = {};
  for (const [name, field] of Object.entries(table)) {
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
    if (!read) throw new ValueError(`unknown key "${name}" in "properties"`);
    Object.assign(properties, at(name, read, field));
  }
  return properties;
}

function readHeaders(field: Field): Table {
  const headers = toTable(field);
  for (const [name, value] of Object.entries(headers)) {
    checkName(name);
    at(name, checkField, value);
  }
  return headers;
}

function readText(field: Field): string {
  if (typeof field === "string") return field;
  throw new ValueError("expected text");
}

/** The form in which it would be received: what the broker returns is compared with what was sent. */
function readShort(field: Field): string {
  const text = readText(field);
  if (!isEncodable(text)) throw new ValueError("expected text that is valid Unicode");
  const bytes = encodeText(text.slice(0, 256));
  if (text.length > 255 || bytes.length > 255)
    throw new ValueError("longer than the 255 bytes that AMQP allows");
  return text.isWellFormed() ? text : decodeText(bytes);
}

function readExpiration(field: Field): string {
  const text = readText(field);
  if (isExpiration(text)) return text;
  throw new ValueError(`expected milliseconds as text, "0" to "${MAX_EXPIRATION_MS}"`);
}

function readByte(field: Field): number {
  if (typeof field === "number" && Number.isInteger(field) && field >= 0 && field <= 255)
    return field;
  throw new ValueError("expected a whole number from 0 to 255");
}

/** Seconds since 1970, as number or as text, or a time such as 2026-01-01T00:00:00Z. */
function readMoment(field: Field): number | string {
  if (typeof field === "number" && Number.isSafeInteger(field) && field >= 0) return field;
  const text = isTaggedInt(field) ? field.int : field;
  if (typeof text !== "string") throw new ValueError("expected whole seconds since 1970");
  return readTimestamp(text);
}

function readBody(field: Field): Buffer {
  const text = readText(field);
  if (text.isWellFormed()) return Buffer.from(text, "utf8");
  throw new ValueError('expected text that is valid Unicode; bytes belong into "bodyBase64"');
}

function readBase64(field: Field): Buffer {
  const text = readText(field);
  if (isBase64(text)) return Buffer.from(text, "base64");
  throw new ValueError("expected base64");
}

function readTime(field: Field): number {
  const ms = parseTime(readText(field));
  if (!Number.isNaN(ms)) return ms;
  throw new ValueError("expected a time such as 2026-01-01T00:00:00.000Z");
}
