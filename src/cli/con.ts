// amqp-con: its flags, its examples, and what the flags mean together.
import type { TopologyPlan } from "../amqp/session/topology.ts";
import type { ConsumePlan } from "../consume.ts";
import { UsageError } from "../errors.ts";
import { wholeNumberIn } from "../message/broker-counts.ts";
import type { HandlerPlan } from "../work/handler.ts";
import { planConnection } from "./connection-plan.ts";
import { administrationFlags } from "./flags/administration.ts";
import { connectionFlags } from "./flags/connection.ts";
import { consumeFlags, outputFlags, samplePublisherFlags } from "./flags/consume.ts";
import { measureFlags } from "./flags/measure.ts";
import { generalFlags } from "./flags/general.ts";
import { handlerFlags } from "./flags/handler.ts";
import { tlsFlags } from "./flags/tls.ts";
import { consumerTopologyFlags } from "./flags/topology.ts";
import { keepFlags, selectFlags } from "./flags/select.ts";
import type { OptionsOf } from "./flag.ts";
import { planWork } from "./work-plan.ts";
import { planIntake } from "./intake-plan.ts";
import { rank, type Origins, type Parsed } from "./parse.ts";
import type { Program } from "./program.ts";
import { refusalOfStream } from "./stream-checks.ts";
import { planTopology, warnOfUnbound, warnOfUndeclared } from "./topology-plan.ts";

const flags = {
  ...consumerTopologyFlags,
  ...administrationFlags,
  ...consumeFlags,
  ...selectFlags,
  ...handlerFlags,
  ...outputFlags,
  ...keepFlags,
  ...measureFlags,
  ...connectionFlags,
  ...tlsFlags,
  ...generalFlags,
  ...samplePublisherFlags,
};
type Options = OptionsOf<typeof flags>;
/** The options as they are read by plans that know a single queue. */
type SingleOptions = Omit<Options, "queue"> & { readonly queue: string };

export const con: Program<typeof flags> = {
  name: "amqp-con",
  summary: "consume messages from RabbitMQ (AMQP 0-9-1)",
  description: [
    "Takes messages from a queue, after declaring exchange, queue and bindings where that is asked for, and writes them to standard output; everything else goes to standard error.",
    "A message is acknowledged after it has been written: what was not is given again to this or another consumer. It runs until SIGINT, SIGTERM or SIGHUP, until --count messages have been taken, or until the reader of its output has gone. After a lost connection it connects, declares and subscribes again.",
  ],
  usage: "amqp-con [flags] [-- COMMAND [ARG...]]",
  runsCommand: true,
  flags,
  examples: [
    { does: "declare a queue and show what arrives", command: "amqp-con -q hello -Q" },
    {
      does: "share work fairly with other workers",
      command: "amqp-con -q tasks -Q --durable-queue --nad-queue --prefetch 1",
    },
    {
      does: "listen to a topic with a queue of your own",
      command: "amqp-con -e logs -E -t topic -Q --exclusive --bind-queue -k 'kern.#'",
    },
    {
      does: "take one message if there is one (exit code 8 if not)",
      command: "amqp-con -q tasks --get --format raw",
    },
    {
      does: "run a program for each message, four at once; try again when it fails",
      command: "amqp-con -q tasks --jobs 4 --retries 5 --dead-letter :failed -- ./work.sh",
    },
    {
      does: "take ten messages, bodies only, and stop",
      command: "amqp-con -q tasks -n 10 --format body",
    },
  ],
};

/** What the flags of amqp-con mean. Pure. @throws UsageError */
export function planConsume(parsed: Parsed<typeof flags>): ConsumePlan {
  const { single: options, alsoFrom } = splitQueues(parsed.options);
  checkConsuming(options, parsed, alsoFrom);
  const connection = planConnection(options, parsed, "amqp-con");
  const { handler, forward, ...work } = planWork(options, parsed, parsed.operands, alsoFrom);
  const { prefetch } = work;
  const topology = planTopology(options, parsed, options.routingKey, overridingTtl(parsed));
  const isHandled = handler !== undefined;
  const publishesToo = isHandled || forward !== undefined;
  const streamRefusal = refusalOfStream(options, parsed, isHandled);
  return {
    connection,
    topology,
    warnings: [
      ...connection.warnings,
      ...warnOfUndeclared(options, parsed, ["messageTtl"]),
      ...work.warnings,
      ...warnOfRetries(handler, topology),
      ...warnOfUnbound(topology),
    ],
    ...planIntake(options, parsed, {
      alsoFrom,
      prefetch,
      publishesToo,
      handsOver: keepsOrder(topology),
      isHandled,
      streamRefusal,
    }),
    lazyMs: options.lazy,
    sink: { format: options.format, verbose: options.verbose, folder: options.save },
    writesOutput: isHandled || (!forward && options.format !== "none"),
    handler,
    forward,
    summary: options.summary,
    graceMs: options.grace,
  };
}

/** A queue that drops messages which have gone back less often: that matters more than their order. */
const LOW_DELIVERY_LIMIT = 10;

/** Is its order kept when a run stops? */
function keepsOrder({ queue }: TopologyPlan): boolean {
  const { "x-single-active-consumer": isSingle, "x-delivery-limit": limit } =
    queue?.arguments ?? {};
  return isSingle === true && !isLow(wholeNumberIn(limit));
}

/** Negative is no limit, since RabbitMQ 4.0; before, it is 0, and what goes back is dropped in whatever order. */
function isLow(limit: number | undefined): boolean {
  return limit !== undefined && limit >= 0 && limit < LOW_DELIVERY_LIMIT;
}

/** What --message-ttl says, where that counts more than --queue-message-ttl, which is the same. */
export function overridingTtl({ options, origin }: Parsed<typeof flags>): number | undefined {
  const counts = rank[origin("messageTtl")] > rank[origin("queueMessageTtl")];
  return counts ? options.messageTtl : undefined;
}

/** A message that waits elsewhere comes back to a queue, or is lost. */
function warnOfRetries(
  handler: HandlerPlan | undefined,
  { queue }: TopologyPlan,
): readonly string[] {
  const isAtRisk = handler?.aftermath.onFailure === "retry" && queue?.autoDelete;
  return isAtRisk
    ? [
        "the queue goes with its last consumer, and what waits for another try then is lost: --nad-queue keeps it",
      ]
    : [];
}

/** The first queue, which is the one that is declared and bound, and further ones. */
function splitQueues(options: Options): {
  readonly single: SingleOptions;
  readonly alsoFrom: readonly string[];
} {
  const [queue = "", ...alsoFrom] = options.queue;
  return { single: { ...options, queue }, alsoFrom };
}

function checkConsuming(
  options: SingleOptions,
  { typed }: Origins<keyof Options>,
  alsoFrom: readonly string[],
): void {
  if (options.ping) return;
  if (alsoFrom.length > 0 && [options.queue, ...alsoFrom].includes(""))
    throw new UsageError(
      '--queue "": expected a name beside other queues',
      "a variable may be unset",
    );
  if (alsoFrom.length > 0 && (options.createQueue || options.bindQueue))
    throw new UsageError(
      `--${options.createQueue ? "create" : "bind"}-queue excludes several queues`,
      "declare each one first: --declare-only",
    );
  if (options.save === "")
    throw new UsageError('--save "": expected the name of a folder', "a variable may be unset");
  if (options.queue === "" && !options.createQueue) {
    throw new UsageError(
      "no queue to consume from",
      "name one with -q QUEUE, or declare one with -Q",
    );
  }
  const binds = options.bindQueue || options.bindExchange !== undefined;
  if (!binds && typed("routingKey"))
    throw new UsageError("--routing-key needs --bind-queue", "a consumer's keys bind its queue");
  if (!binds && !options.createExchange && typed("exchange"))
    throw new UsageError(
      "--exchange needs --bind-queue or --create-exchange",
      "messages come from a queue: bind it to the exchange",
    );
  if (typed("messageTtl") && typed("queueMessageTtl"))
    throw new UsageError(
      "--message-ttl excludes --queue-message-ttl",
      "in a consumer both are the queue's x-message-ttl",
    );
}
