// What is done besides declaring: unbinds, purges, counts, deletes.
import type { Channel } from "amqplib";
import { toArguments } from "../wire/arguments.ts";
import { refuseStream } from "./conditional-delete.ts";
import type { Link } from "../session/link.ts";
import type { BindingPlan } from "../session/topology.ts";

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

/** Does it. RabbitMQ silently "deletes" and "unbinds" what does not exist: here it is a 404. Broker errors pass through. */
export async function perform(link: Link, task: Task): Promise<Done> {
  const { channel, queue: declared } = link;
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
    await refuseStream(link, queue);
  const { messageCount: removed } = await (task.act === "purge"
    ? channel.purgeQueue(queue)
    : channel.deleteQueue(queue, { ifEmpty: task.ifEmpty, ifUnused: task.ifUnused }));
  return { ...found, messages: removed };
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
