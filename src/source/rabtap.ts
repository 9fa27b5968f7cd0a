// A message as `rabtap sub --format json-nopp` writes it, read as a record. rabtap (github.com/jandelgado/rabtap) names
// things as its Go library does, writes every property, also those that are not there, and bodies in base64.
import { ValueError } from "../errors.ts";
import { largeDigits } from "../message/exact-json.ts";
import { isList, isTable, MAX_DEPTH, tagOf, type Field, type Table } from "../message/fields.ts";
import { readRecord, type PublishRecord } from "../message/record.ts";

/** Is this what rabtap writes? */
export function isRabtap(record: Field): record is Table {
  return isTable(record) && Object.hasOwn(record, "XRabtapReceivedTimestamp");
}

const names: Readonly<Record<string, string>> = {
  ContentType: "contentType",
  ContentEncoding: "contentEncoding",
  DeliveryMode: "deliveryMode",
  Priority: "priority",
  CorrelationID: "correlationId",
  ReplyTo: "replyTo",
  Expiration: "expiration",
  MessageID: "messageId",
  Timestamp: "timestamp",
  Type: "type",
  UserID: "userId",
  AppID: "appId",
  Headers: "headers",
};

/** What is no property. */
const parts = {
  Exchange: "exchange",
  RoutingKey: "routingKey",
  Body: "bodyBase64",
  XRabtapReceivedTimestamp: "receivedAt",
};

/** Its values for what is not there; for a time, Go's zero. */
const nothing: ReadonlySet<Field> = new Set(["", 0, null, "0001-01-01T00:00:00Z"]);

/**
 * Reads what `parseUntagged` has made of a line. Headers have the types that JSON can tell. @throws ValueError naming the key and what was
 * expected of it
 */
export function readRabtap(record: Table): PublishRecord {
  const { Exchange, RoutingKey, Body, XRabtapReceivedTimestamp, ...others } = record;
  const { DeliveryTag: _, Redelivered: __, ...rest } = others;
  const properties: Record<string, Field> = {};
  for (const [key, value] of Object.entries(rest)) {
    const name = Object.hasOwn(names, key) ? names[key] : undefined;
    if (name === undefined) throw new ValueError(`unknown key "${key}"`);
    if (!nothing.has(value))
      properties[name] = name === "headers" && isTable(value) ? toTyped(value) : toField(value);
  }
  return readNamed({
    ...(Exchange !== undefined && { exchange: Exchange }),
    ...(RoutingKey !== undefined && { routingKey: RoutingKey }),
    ...(Body !== undefined && Body !== null && { bodyBase64: Body }),
    ...(XRabtapReceivedTimestamp !== undefined && { receivedAt: XRabtapReceivedTimestamp }),
    properties,
  });
}

/** Reads it as a record. @throws ValueError with the names that rabtap uses */
function readNamed(record: Table): PublishRecord {
  try {
    return readRecord(record);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    const message = error.message.replace(/^"(\w+)"/, (quoted, name: string) => {
      const theirs = Object.entries({ ...names, ...parts }).find(([, ours]) => ours === name);
      return theirs ? `"${theirs[0]}"` : quoted;
    });
    throw new ValueError(message, error.hint);
  }
}

/** The same table, in which only large numbers look like our typed fields: rabtap has no tags. */
function toTyped(table: Table, depth = 0): Table {
  const entries = Object.entries(table);
  return Object.fromEntries(entries.map(([key, field]) => [key, toField(field, depth + 1)]));
}

/** What is too deep is refused later: fields.ts. */
function toField(field: Field, depth = 0): Field {
  if (depth > MAX_DEPTH) return field;
  if (isList(field)) return field.map((entry) => toField(entry, depth + 1));
  if (!isTable(field)) return field;
  const int = largeDigits(field);
  if (int !== undefined) return { int };
  const table = toTyped(field, depth);
  return tagOf(table) === undefined ? table : { table };
}
