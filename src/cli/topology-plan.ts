// Topology flags → what shall exist before the first message. Pure.
import type {
  BindingPlan,
  ExchangePlan,
  QueuePlan,
  TopologyPlan,
} from "../amqp/session/topology.ts";
import { UsageError } from "../errors.ts";
import type { Table } from "../message/fields.ts";
import { checkSize } from "./argument-table.ts";
import { checkEntityName } from "./entity.ts";
import { kebab, type OptionsOf } from "./flag.ts";
import type { administrationFlags } from "./flags/administration.ts";
import type { topologyFlags } from "./flags/topology.ts";
import type { Origins } from "./parse.ts";

type Options = OptionsOf<typeof topologyFlags & typeof administrationFlags> & {
  readonly queue: string;
};

/** Flags that make no sense without the flag that declares what they describe. Those of the sample are only warned of. */
const needsQueue = [
  "queueType",
  "queueMessageTtl",
  "deadLetterExchange",
  "deadLetterRoutingKey",
  "maxLength",
  "maxLengthBytes",
  "overflow",
  "maxPriority",
  "deliveryLimit",
  "singleActiveConsumer",
  "queueArg",
] as const;
const needsExchange = ["internalExchange", "alternateExchange", "exchangeArg"] as const;
const describesQueue = ["durableQueue", "nadQueue", "exclusive", "queueTtl"] as const;
const describesExchange = ["durableExchange", "nadExchange"] as const;

/**
 * What to declare. `keys` bind the queue, `messageTtl` is what the consumer's other name of --queue-message-ttl says, where that
 * counts more. @throws UsageError
 */
export function planTopology(
  options: Options,
  origins: Origins<keyof Options>,
  keys: readonly string[],
  messageTtl?: number,
): TopologyPlan {
  checkTopology(options, origins);
  return {
    passive: options.passive,
    exchange: options.createExchange ? planExchange(options) : undefined,
    queue: options.createQueue ? planQueue(options, messageTtl) : undefined,
    bindings: options.unbind ? [] : planBindings(options, keys),
  };
}

/**
 * Flags of the sample, typed without the one that declares what they describe: accepted as there, but without effect.
 * `ofQueue` are those that describe a queue in one program only.
 */
export function warnOfUndeclared<K extends string>(
  { createQueue, createExchange }: Options,
  { typed }: Origins<keyof Options | K>,
  ofQueue: readonly K[] = [],
): readonly string[] {
  const warn = (keys: readonly (keyof Options | K)[], needed: string): readonly string[] =>
    keys
      .filter(typed)
      .map((key) => `--${kebab(key)} has no effect without ${needed}: nothing is declared.`);
  return [
    ...(createQueue ? [] : warn([...describesQueue, ...ofQueue], "-Q")),
    ...(createExchange ? [] : warn(describesExchange, "-E")),
  ];
}

/** A queue that only this connection can bind, and does not. */
export function warnOfUnbound({ queue, exchange, bindings }: TopologyPlan): readonly string[] {
  const isOurs = queue !== undefined && (queue.exclusive || queue.name === "");
  const isBound = bindings.some(({ to }) => to === "queue");
  return isOurs && exchange && !isBound
    ? [
        `the queue is not bound to exchange ${exchange.name}: nothing sent there arrives; add --bind-queue.`,
      ]
    : [];
}

function checkTopology(options: Options, { typed }: Origins<keyof Options>): void {
  const {
    createExchange,
    exchange,
    createQueue,
    queue,
    bindQueue,
    bindExchange,
    unbind,
    passive,
    queueType,
  } = options;
  const orphan = createQueue ? undefined : needsQueue.find(typed);
  if (orphan)
    throw new UsageError(
      `--${kebab(orphan)} needs --create-queue`,
      "add -Q: it describes the queue to declare",
    );
  const stray = createExchange ? undefined : needsExchange.find(typed);
  if (stray)
    throw new UsageError(
      `--${kebab(stray)} needs --create-exchange`,
      "add -E: it describes the exchange to declare",
    );
  if (createExchange && exchange === "")
    throw new UsageError("--create-exchange needs --exchange", "name it with -e EXCHANGE");
  if (bindQueue && exchange === "") {
    throw new UsageError(
      "--bind-queue needs --exchange",
      "name it with -e; the default exchange binds every queue by itself",
    );
  }
  if (bindQueue && queue === "" && !createQueue)
    throw new UsageError("--bind-queue needs a queue", "name it with -q, or declare one with -Q");
  if (bindExchange !== undefined && exchange === "")
    throw new UsageError("--bind-exchange needs --exchange", "name the destination with -e");
  if (typed("bindHeader") && !bindQueue && !unbind && bindExchange === undefined)
    throw new UsageError(
      "--bind-header needs --bind-queue or --bind-exchange",
      "it is an argument of the binding",
    );
  if (typed("match") && Object.keys(options.bindHeader ?? {}).length === 0)
    throw new UsageError("--match needs --bind-header", "say which headers must match");
  if (passive && !createQueue && !createExchange)
    throw new UsageError("--passive needs -Q or -E", "say what to check");
  if (passive && createQueue && queue === "")
    throw new UsageError("--passive needs the queue's name", "name it with -q");
  if (options.deadLetterExchange === "" && options.deadLetterRoutingKey !== undefined)
    checkEntityName("--dead-letter-routing-key", options.deadLetterRoutingKey);
  if (options.exclusive && (queueType === "quorum" || queueType === "stream")) {
    throw new UsageError(
      `--queue-type ${queueType} excludes --exclusive`,
      `a ${queueType} queue outlives its connection`,
    );
  }
}

function planExchange(options: Options): ExchangePlan {
  const extra: Table =
    options.alternateExchange === undefined
      ? {}
      : { "alternate-exchange": options.alternateExchange };
  return {
    name: options.exchange,
    type: options.exchangeType,
    durable: options.durableExchange,
    autoDelete: !options.nadExchange,
    internal: options.internalExchange,
    arguments: checkSize({ ...extra, ...options.exchangeArg }, "--exchange-arg"),
  };
}

function planQueue(options: Options, messageTtl: number | undefined): QueuePlan {
  const replicated = options.queueType === "quorum" || options.queueType === "stream";
  return {
    name: options.queue,
    durable: options.durableQueue || replicated,
    autoDelete: !options.nadQueue && !replicated,
    exclusive: options.exclusive,
    arguments: checkSize(
      present({
        "x-queue-type": options.queueType,
        "x-expires": options.queueTtl,
        "x-message-ttl": messageTtl ?? options.queueMessageTtl,
        "x-dead-letter-exchange": options.deadLetterExchange,
        "x-dead-letter-routing-key": options.deadLetterRoutingKey,
        "x-max-length": options.maxLength,
        "x-max-length-bytes": options.maxLengthBytes,
        "x-overflow": options.overflow,
        "x-max-priority": options.maxPriority,
        "x-delivery-limit": options.deliveryLimit,
        "x-single-active-consumer": options.singleActiveConsumer || undefined,
        ...options.queueArg,
      }),
      "--queue-arg",
    ),
  };
}

/** The bindings that --bind-queue and --bind-exchange make, one per key; those that --unbind takes away. */
export function planBindings(options: Options, keys: readonly string[]): readonly BindingPlan[] {
  const table = checkSize(
    present({ "x-match": options.match, ...options.bindHeader }),
    "--bind-header",
  );
  const all = keys.length > 0 ? keys : [""];
  const toQueue = (key: string): BindingPlan => ({
    to: "queue",
    destination: options.queue,
    source: options.exchange,
    key,
    arguments: table,
  });
  const { bindExchange } = options;
  const toExchange = (key: string): BindingPlan => ({
    to: "exchange",
    destination: options.exchange,
    source: bindExchange ?? "",
    key,
    arguments: table,
  });
  return [
    ...(bindExchange === undefined ? [] : all.map(toExchange)),
    ...(options.bindQueue || (options.unbind && bindExchange === undefined)
      ? all.map(toQueue)
      : []),
  ];
}

function present(table: Readonly<Record<string, Table[string] | undefined>>): Table {
  const kept: Record<string, Table[string]> = Object.create(null);
  for (const [key, value] of Object.entries(table)) if (value !== undefined) kept[key] = value;
  return kept;
}
