// One message for people: where it came from, its properties and headers in columns, and its body laid out when its
// content type says that it is JSON or MessagePack. Coloured on a terminal. What cannot be laid out is shown as it is.
import { isUtf8 } from "node:buffer";
import { propertyNames, type Delivery } from "../message/message.ts";
import { fieldType, plainField } from "../message/plain-field.ts";
import type { Paint } from "../ui/color.ts";
import { measureColumns, padColumns } from "../ui/columns.ts";
import { escapeLine } from "../ui/escape.ts";
import { formatSize } from "../ui/size.ts";
import { newline, showBody } from "../ui/content.ts";
import { dump } from "./hex.ts";
import { layOutJson } from "./json-layout.ts";
import { loadMessagePack, type MessagePack } from "./message-pack.ts";
import type { Format, Look } from "./sink.ts";

/** A larger body is shown as it is: laid out, a hostile one would grow a hundredfold. */
const LAID_OUT_BYTES = 1024 * 1024;

/** The format, once it has loaded what it needs. */
export async function openPretty(): Promise<Format> {
  const messagePack = await loadMessagePack();
  return function* (delivery, look) {
    yield Buffer.from(`${headline(delivery, look.paint)}${details(delivery, look.paint)}`);
    yield* layOut(delivery, look, messagePack);
    yield newline;
  };
}

function headline(delivery: Delivery, paint: Paint): string {
  const { exchange, routingKey, queue, deliveryTag, redelivered, body } = delivery;
  const place = [
    paint("bold", escapeLine(routingKey) || "(no key)"),
    `exchange ${escapeLine(exchange) || "(default)"}`,
    `queue ${escapeLine(queue)}`,
    `tag ${deliveryTag}`,
    ...(redelivered ? [paint("yellow", "redelivered")] : []),
    formatSize(body.length),
  ];
  return `${place.join(paint("dim", " · "))}\n`;
}

function details({ properties }: Delivery, paint: Paint): string {
  const { headers } = properties;
  const rows = Object.entries(propertyNames)
    .map(([name, key]) => ({ name, key, value: properties[key] }))
    .filter(({ value }) => value !== undefined)
    .map(
      ({ name, key, value = "" }) =>
        [name, escapeLine(`${value}${meaning(key, value)}`)] satisfies [string, string],
    );
  const headerRows = Object.entries(headers ?? {}).map(([name, field]) => {
    const type = fieldType(field);
    const value = typeof field === "string" ? JSON.stringify(field) : plainField(field);
    return [escapeLine(name), `${escapeLine(value)}${type && ` ${paint("dim", type)}`}`] satisfies [
      string,
      string,
    ];
  });
  return `${columns(rows, "  ", paint)}${headers ? "  headers\n" : ""}${columns(headerRows, "    ", paint)}`;
}

function meaning(name: string, value: string | number): string {
  if (name === "deliveryMode") return value === 2 ? " (persistent)" : " (transient)";
  if (name !== "timestamp") return "";
  const time = new Date(Number(value) * 1000);
  return Number.isNaN(time.getTime()) ? "" : ` (${time.toISOString()})`;
}

function columns(
  rows: readonly (readonly [string, string])[],
  indent: string,
  paint: Paint,
): string {
  // A long name does not push all values out of sight.
  const width = Math.min(24, Math.max(0, ...rows.map(([name]) => measureColumns(name))));
  return rows
    .map(([name, value]) => `${indent}${paint("cyan", padColumns(name, width))}  ${value}\n`)
    .join("");
}

function layOut(delivery: Delivery, look: Look, messagePack: MessagePack): Iterable<Buffer> {
  const { body, properties } = delivery;
  const type = properties.contentType?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const isSmall = body.length <= LAID_OUT_BYTES;
  const isPacked = /^application\/(?:x-|vnd\.)?msgpack$/.test(type);
  if (body.length === 0) return [];
  const unpacked = isSmall && isPacked ? messagePack.read(body) : undefined;
  if (unpacked !== undefined) return showLaidOut(unpacked, delivery, look);
  if (isPacked || !isUtf8(body)) return dump(body, look.isTerminal);
  if (isSmall && /[/+]json$/.test(type)) return showLaidOut(body.toString("utf8"), delivery, look);
  return [showBody(body, look.isTerminal), newline];
}

function showLaidOut(json: string, { body }: Delivery, look: Look): readonly Buffer[] {
  const laidOut = layOutJson(json, look);
  if (laidOut === undefined) return [showBody(body, look.isTerminal), newline];
  return [Buffer.from(laidOut), newline];
}
