// Declares, checks and binds what the flags ask for; idempotent, so that it runs again after every reconnect. Unbinds,
// purges and deletes when asked to.
import type { Channel } from "amqplib";
import type { Table } from "../message/fields.ts";
import { toArguments } from "./arguments.ts";

export interface ExchangePlan {
  readonly name: string;
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly arguments: Table;
}

export interface QueuePlan {
  /** Empty: the broker chooses a name. */
  readonly name: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly exclusive: boolean;
  readonly arguments: Table;
}

/** What shall exist before the first message. */
export interface TopologyPlan {
  /** Only check that exchange and queue exist. */
  readonly passive: boolean;
  readonly exchange: ExchangePlan | undefined;
  readonly queue: QueuePlan | undefined;
  readonly bindings: readonly BindingPlan[];
}

/** One binding per key, from a source exchange to a queue or an exchange. */
export interface BindingPlan {
  readonly to: "queue" | "exchange";
  /** For a queue: empty means the queue that was declared. */
  readonly destination: string;
  readonly source: string;
  readonly key: string;
  readonly arguments: Table;
}

/** One thing done, for the log. */
export type Declared =
  | { readonly what: "exchange" | "queue"; readonly name: string; readonly created: boolean }
  | { readonly what: "binding"; readonly binding: BindingPlan; readonly destination: string };

/** Declares all of it. Resolves with the queue's name, empty when none was declared. Broker errors pass through. */
export async function declare(
  channel: Channel,
  plan: TopologyPlan,
  tell: (declared: Declared) => void,
): Promise<string> {
  if (plan.exchange) await declareExchange(channel, plan.exchange, plan.passive, tell);
  const queue = plan.queue ? await declareQueue(channel, plan.queue, plan.passive, tell) : "";
  for (const binding of plan.bindings) {
    const destination = binding.destination || queue;
    const bind =
      binding.to === "queue" ? channel.bindQueue.bind(channel) : channel.bindExchange.bind(channel);
    await bind(destination, binding.source, binding.key, toArguments(binding.arguments));
    tell({ what: "binding", binding, destination });
  }
  return queue;
}

async function declareExchange(
  channel: Channel,
  plan: ExchangePlan,
  passive: boolean,
  tell: (declared: Declared) => void,
) {
  const { name, type, durable, autoDelete, internal } = plan;
  if (passive) await channel.checkExchange(name);
  else
    await channel.assertExchange(name, type, {
      durable,
      autoDelete,
      internal,
      arguments: toArguments(plan.arguments),
    });
  tell({ what: "exchange", name, created: !passive });
}

async function declareQueue(
  channel: Channel,
  plan: QueuePlan,
  passive: boolean,
  tell: (declared: Declared) => void,
) {
  const { name, durable, autoDelete, exclusive } = plan;
  const options = { durable, autoDelete, exclusive, arguments: toArguments(plan.arguments) };
  const { queue } = passive
    ? await channel.checkQueue(name)
    : await channel.assertQueue(name, options);
  tell({ what: "queue", name: queue, created: !passive });
  return queue;
}

/** Something to do besides declaring. An empty queue name means the queue that was declared. */
export type Task =
  | { readonly act: "unbind"; readonly binding: BindingPlan }
  | { readonly act: "purge"; readonly queue: string }
  | { readonly act: "depth"; readonly queue: string }
  | {
      readonly act: "delete-queue";
      readonly queue: string;
      readonly ifEmpty: boolean;
      readonly ifUnused: boolean;
    }
  | { readonly act: "delete-exchange"; readonly exchange: string; readonly ifUnused: boolean };

/** A task that is done: to which queue or exchange, and what the broker counted. */
export interface Done {
  readonly task: Task;
  readonly name: string;
  /** Messages that were ready for delivery. */
  readonly messages: number;
  readonly consumers: number;
}

/** Does it. RabbitMQ deletes and unbinds what does not exist without a word: here it is a 404. Broker errors pass through. */
export async function perform(channel: Channel, task: Task, declared: string): Promise<Done> {
  if (task.act === "delete-exchange") {
    await channel.checkExchange(task.exchange);
    await channel.deleteExchange(task.exchange, { ifUnused: task.ifUnused });
    return { task, name: task.exchange, messages: 0, consumers: 0 };
  }
  if (task.act === "unbind") return unbind(channel, task, declared);
  const queue = task.queue || declared;
  const { messageCount, consumerCount } = await channel.checkQueue(queue);
  const found = { task, name: queue, messages: messageCount, consumers: consumerCount };
  if (task.act === "depth") return found;
  if (task.act === "delete-queue" && (task.ifEmpty || task.ifUnused))
    await refuseStream(channel, queue);
  const { messageCount: removed } = await (task.act === "purge"
    ? channel.purgeQueue(queue)
    : channel.deleteQueue(queue, { ifEmpty: task.ifEmpty, ifUnused: task.ifUnused }));
  return { ...found, messages: removed };
}

/**
 * RabbitMQ deletes a stream whatever the conditions, and its counts of a stream cannot be relied on. A basic.get tells:
 * streams refuse it (540); on another queue a message comes and is put back.
 */
async function refuseStream(channel: Channel, queue: string): Promise<void> {
  const message = await channel.get(queue, { noAck: false });
  if (message) channel.nack(message, false, true);
}

async function unbind(
  channel: Channel,
  task: Extract<Task, { readonly act: "unbind" }>,
  declared: string,
): Promise<Done> {
  const { to, source, key, arguments: table } = task.binding;
  const destination = task.binding.destination || declared;
  await channel.checkExchange(source);
  if (to === "queue") await channel.checkQueue(destination);
  else await channel.checkExchange(destination);
  const undo =
    to === "queue" ? channel.unbindQueue.bind(channel) : channel.unbindExchange.bind(channel);
  await undo(destination, source, key, toArguments(table));
  return { task, name: destination, messages: 0, consumers: 0 };
}

/** The same topology for a broker that denies transient non-exclusive queues (RabbitMQ 4.3): durable instead. */
export function withDurableQueue(plan: TopologyPlan): TopologyPlan {
  return plan.queue ? { ...plan, queue: { ...plan.queue, durable: true } } : plan;
}
