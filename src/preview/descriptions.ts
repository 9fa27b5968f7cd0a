// What exchanges and queues are, in words, for drawings and lists.
import type { ExchangePlan, QueuePlan, TopologyPlan } from "../amqp/session/topology.ts";
import type { Table } from "../message/fields.ts";
import { plainField } from "../message/plain-field.ts";

/** `topic exchange`, `durable`, … An alternate exchange is drawn as an arrow, and so left out. */
export function describeExchange(plan: ExchangePlan): readonly string[] {
  return [
    `${plan.type} exchange`,
    plan.durable ? "durable" : "transient",
    ...(plan.autoDelete ? ["auto-delete"] : []),
    ...(plan.internal ? ["internal"] : []),
    ...describeFields(plan.arguments, ["alternate-exchange"]),
  ];
}

/** `quorum queue`, `durable`, … and its other arguments as they are sent, but for those that are drawn as an arrow. */
export function describeQueue(
  plan: QueuePlan,
  drawn = ["x-dead-letter-exchange", "x-dead-letter-routing-key"],
): readonly string[] {
  const type = textIn(plan.arguments, "x-queue-type");
  return [
    ...(type === undefined ? [] : [`${type} queue`]),
    plan.durable ? "durable" : "transient",
    ...(plan.exclusive ? ["exclusive"] : []),
    ...(plan.autoDelete ? ["auto-delete"] : []),
    ...describeFields(plan.arguments, ["x-queue-type", ...drawn]),
  ];
}

/** A queue's name; the one that the broker will choose begins like this. */
export function nameQueue(name: string): string {
  return name || "amq.gen-...";
}

/** `x-max-length=10`, one text per argument. */
export function describeFields(table: Table, leftOut: readonly string[] = []): readonly string[] {
  return Object.entries(table)
    .filter(([key]) => !leftOut.includes(key))
    .map(([key, field]) => `${key}=${plainField(field)}`);
}

/** An argument that is a text. */
export function textIn(table: Table | undefined, key: string): string | undefined {
  const field = table?.[key];
  return typeof field === "string" ? field : undefined;
}

/** Is it of the type that brokers take for queues without one? */
export function isClassic({ arguments: fields }: QueuePlan): boolean {
  return (textIn(fields, "x-queue-type") ?? "classic") === "classic";
}

/** Does it refuse messages when it is full, instead of dropping its oldest ones? */
export function refusesWhenFull({ arguments: fields }: QueuePlan): boolean {
  return textIn(fields, "x-overflow")?.startsWith("reject-publish") ?? false;
}

/** The type of an exchange that is declared, or that every broker has; undefined when it is not known here. */
export function exchangeType({ exchange }: TopologyPlan, name: string): string | undefined {
  if (name === "") return "direct";
  if (exchange?.name === name) return exchange.type;
  return builtInType(name);
}

/** The type of an exchange that every broker has. */
export function builtInType(name: string): string | undefined {
  const [, type] = /^amq\.(direct|fanout|topic|headers|match)$/.exec(name) ?? [];
  return type === "match" ? "headers" : type;
}
