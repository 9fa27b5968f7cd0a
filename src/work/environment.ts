// The environment of a handler: what this process has, without our secrets, and AMQP_* about the message. Pure.
import type { Table } from "../message/fields.ts";
import { propertyNames, type Delivery } from "../message/message.ts";
import { plainField } from "../message/plain-field.ts";
import type { Environment } from "../world.ts";
import { attemptOf } from "./tries.ts";

/** An environment, and which parts of the message it lacks, each with the reason. */
export interface HandlerEnvironment {
  readonly variables: Environment;
  readonly leftOut: readonly string[];
}

/** Variables of ours that hold a password. */
const secrets = ["AMQP_PASSWORD", "AMQP_URL", "AMQP_USERPASS"];

/** Names that tell of every message. */
const facts = {
  AMQP_EXCHANGE: (delivery: Delivery) => delivery.exchange,
  AMQP_ROUTING_KEY: (delivery: Delivery) => delivery.routingKey,
  AMQP_QUEUE: (delivery: Delivery) => delivery.queue,
  AMQP_REDELIVERED: (delivery: Delivery) => String(delivery.redelivered),
  AMQP_DELIVERY_TAG: (delivery: Delivery) => String(delivery.deliveryTag),
  AMQP_CONSUMER_TAG: (delivery: Delivery) => delivery.consumerTag ?? "",
  AMQP_ATTEMPT: (delivery: Delivery) => String(attemptOf(delivery)),
};

/** Names that tell of the properties that a message has. */
const properties = new Map(
  Object.entries(propertyNames).map(([name, key]) => [
    `AMQP_${name.replaceAll("-", "_").toUpperCase()}`,
    key,
  ]),
);
const HEADER = "AMQP_HEADER_";

/** Linux takes 128 KiB a variable and some MiB in all; what would not fit is left to the record on descriptor 3. */
const MAX_VALUE_BYTES = 32 * 1024;
const MAX_TOTAL_BYTES = 256 * 1024;

/** What every handler of a run gets, whatever its message: nothing that could be taken for a fact about it. */
export function inherited(own: Environment): Environment {
  return without(own, (name) => isFact(name) || secrets.includes(name));
}

/**
 * The variables that set flags: within a handler, without those about its message. Else an amqp-pub would take AMQP_ROUTING_KEY for
 * --routing-key, and send its own message to where the other came from, for ever.
 */
export function withoutMessage(own: Environment): Environment {
  return own["AMQP_ATTEMPT"] === undefined ? own : without(own, isFact);
}

function without(own: Environment, isDropped: (name: string) => boolean): Environment {
  return Object.fromEntries(Object.entries(own).filter(([name]) => !isDropped(name)));
}

function isFact(name: string): boolean {
  return Object.hasOwn(facts, name) || properties.has(name) || name.startsWith(HEADER);
}

/** The environment for one message. `base` comes from `inherited`. */
export function environmentOf(delivery: Delivery, base: Environment): HandlerEnvironment {
  const variables: Record<string, string | undefined> = { ...base };
  const leftOut: string[] = [];
  let total = 0;
  for (const [name, value] of describe(delivery)) {
    const size = Buffer.byteLength(value);
    total += size;
    const isTaken = variables[name] !== undefined;
    const reason = isTaken ? "another header has that name" : refuse(value, size, total);
    if (reason === undefined) variables[name] = value;
    else leftOut.push(`${name} (${reason})`);
  }
  return { variables, leftOut };
}

function refuse(value: string, size: number, total: number): string | undefined {
  if (value.includes("\0")) return "it holds a NUL";
  // Node would pass U+FFFD for such bytes, and a handler that sends on would send to another key.
  if (!value.isWellFormed()) return "it is not UTF-8 text";
  if (size > MAX_VALUE_BYTES) return `it is larger than ${MAX_VALUE_BYTES} bytes`;
  return total > MAX_TOTAL_BYTES ? `all are larger than ${MAX_TOTAL_BYTES} bytes` : undefined;
}

function* describe(delivery: Delivery): Generator<readonly [string, string]> {
  for (const [name, tell] of Object.entries(facts)) yield [name, tell(delivery)];
  for (const [name, key] of properties) {
    const value = delivery.properties[key];
    if (value !== undefined) yield [name, String(value)];
  }
  yield* describeHeaders(delivery.properties.headers ?? {});
}

/** `x-delay` is AMQP_HEADER_X_DELAY; of several headers with the same variable the first one counts. */
function* describeHeaders(headers: Table): Generator<readonly [string, string]> {
  for (const [name, field] of Object.entries(headers))
    yield [variableOf(name), field === null ? "" : plainField(field)];
}

function variableOf(header: string): string {
  return `${HEADER}${header.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`;
}
