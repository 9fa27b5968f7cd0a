// Basic properties: ours → amqplib's publish options, and amqplib's → ours.
import type { MessageProperties, Options } from "amqplib";
import type { Table } from "../fields.ts";
import type { Properties } from "../message.ts";
import { fromWireTable, toArguments } from "./table.ts";

/** Our properties as publish options. */
export function toOptions(properties: Properties, mandatory: boolean): Options.Publish {
  const { headers, ...others } = properties;
  return { ...others, mandatory, ...(headers && { headers: toArguments(headers) }) };
}

/** The properties of a message received; absent ones are absent. */
export function fromProperties(properties: MessageProperties): Properties {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(properties)) {
    if (value !== undefined) kept[name] = name === "headers" ? toTable(value) : value;
  }
  return kept;
}

function toTable(value: unknown): Table {
  return typeof value === "object" && value !== null ? fromWireTable(value) : {};
}
