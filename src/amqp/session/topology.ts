// Declares, checks and binds what the flags ask for; idempotent, so that it runs again after every reconnect.
// What is done besides: task.ts.
import type { Channel } from "amqplib";
import type { Table } from "../../message/fields.ts";
import { toArguments } from "../wire/arguments.ts";

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

/** The same topology for a broker that denies transient non-exclusive queues (RabbitMQ 4.3): durable instead. */
export function withDurableQueue(plan: TopologyPlan): TopologyPlan {
  return plan.queue ? { ...plan, queue: { ...plan.queue, durable: true } } : plan;
}
