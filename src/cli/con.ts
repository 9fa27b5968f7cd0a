// amqp-con: its flags, its examples, and what the flags mean together.
import { consume, type ConsumePlan } from "../consume.ts";
import type { Verdict } from "../amqp/settlement.ts";
import { UsageError } from "../errors.ts";
import { measured } from "../measure.ts";
import { ping } from "../ping.ts";
import { sketchConsume, type Sketch } from "../preview/sketch.ts";
import { version } from "../version.ts";
import { planConnection } from "./connection-plan.ts";
import { prepareErrand } from "./errand.ts";
import { administrationFlags } from "./flags/administration.ts";
import { connectionFlags } from "./flags/connection.ts";
import { consumeFlags, outputFlags, samplePublisherFlags } from "./flags/consume.ts";
import { measureFlags } from "./flags/measure.ts";
import { generalFlags } from "./flags/general.ts";
import { handlerFlags } from "./flags/handler.ts";
import { tlsFlags } from "./flags/tls.ts";
import { consumerTopologyFlags } from "./flags/topology.ts";
import { kebab, type OptionsOf } from "./flag.ts";
import { planTreatment } from "./handler-plan.ts";
import { planMeasure } from "./measure-plan.ts";
import type { Origin, Parsed } from "./parse.ts";
import type { Program } from "./program.ts";
import { planTopology } from "./topology-plan.ts";

const flags = {
  ...consumerTopologyFlags,
  ...administrationFlags,
  ...consumeFlags,
  ...handlerFlags,
  ...outputFlags,
  ...measureFlags,
  ...connectionFlags,
  ...tlsFlags,
  ...generalFlags,
  ...samplePublisherFlags,
};
type Options = OptionsOf<typeof flags>;

export const con: Program<typeof flags> = {
  name: "amqp-con",
  summary: "consume messages from RabbitMQ (AMQP 0-9-1)",
  description: [
    "Takes messages from a queue, after declaring exchange, queue and bindings where that is asked for, and writes them to standard output; everything else goes to standard error.",
    "A message is acknowledged after it has been written: what was not is given again to this or another consumer. It runs until SIGINT or SIGTERM, until --count messages have been taken, or until the reader of its output has gone. After a lost connection it connects, declares and subscribes again.",
  ],
  usage: "amqp-con [flags] [-- COMMAND [ARG...]]",
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
      does: "take ten messages, bodies only, and stop",
      command: "amqp-con -q tasks -n 10 --format body",
    },
    {
      does: "take one message if there is one (exit code 8 if not)",
      command: "amqp-con -q tasks --get --format raw",
    },
    {
      does: "run a program for each message, four at once; try again when it fails",
      command: "amqp-con -q tasks --jobs 4 --retries 5 --dead-letter :failed -- ./work.sh",
    },
  ],
  prepare: (parsed, env) => {
    const { routingKey: keys, messageTtl } = parsed.options;
    const sketch = (): Sketch => sketchConsume(planConsume(parsed));
    const errand = prepareErrand(con, parsed, env, { keys, messageTtl, sketch });
    if (errand) return errand;
    const plan = planConsume(parsed);
    const isSilent = plan.forward !== undefined || (!plan.handler && plan.sink.format === "none");
    const measuring = planMeasure("consumer", flags, parsed, !isSilent);
    return (world) =>
      parsed.options.ping
        ? ping(plan, world)
        : measured(measuring, world, (measuredWorld) => consume(plan, measuredWorld));
  },
};

/** What the flags of amqp-con mean. Pure. @throws UsageError */
export function planConsume(parsed: Parsed<typeof flags>): ConsumePlan {
  const { options, origin } = parsed;
  checkCombinations(options, origin);
  const connection = planConnection(options, origin, {
    name: "amqp-con",
    version,
  });
  const settling = planSettling(options);
  const { handler, forward, ...treatment } = planTreatment(options, origin, parsed.operands);
  const limit = options.count ?? settling.limit ?? (options.get ? 1 : undefined);
  return {
    connection,
    topology: planTopology(options, origin, options.routingKey, options.messageTtl),
    warnings: [...connection.warnings, ...treatment.warnings],
    subscription: {
      queue: options.queue,
      prefetch: planPrefetch(treatment.prefetch, limit),
      // With a count, no-ack would lose whatever the broker sends beyond it; acknowledging each is the same for the user.
      noAck: options.ackAuto && limit === undefined,
      ackEvery: options.ackEvery,
      consumerTag: options.consumerTag,
    },
    get: options.get,
    stop: {
      count: limit,
      idleMs: options.idleTimeout,
      timeoutMs: options.timeout,
      untilEmpty: options.untilEmpty || settling.untilEmpty,
      untilBody: options.untilBody,
    },
    verdict: settling.verdict,
    lazyMs: options.lazy,
    sink: { format: options.format, verbose: options.verbose },
    handler,
    forward,
    summary: options.summary,
    graceMs: options.grace,
  };
}

interface Settling {
  readonly verdict: Verdict;
  readonly limit?: number;
  readonly untilEmpty: boolean;
}

/** What becomes of a message that was shown. What is put back is held to the end, or it would come again at once. */
function planSettling(options: Options): Settling {
  const refuses = options.nack || options.reject;
  if (options.peek || (refuses && options.requeue))
    return { verdict: "leave", limit: options.prefetch || 65535, untilEmpty: true };
  return { verdict: refuses ? "reject" : "ack", untilEmpty: false };
}

/** No more than --count needs; 0 means no limit. The protocol has 16 bits for it. */
function planPrefetch(prefetch: number, limit = Infinity): number {
  const most = Math.min(prefetch || Infinity, limit);
  return most === Infinity ? 0 : Math.min(most, 65535);
}

function checkCombinations(options: Options, origin: (key: keyof Options) => Origin): void {
  if (options.ping) return;
  if (options.queue === "" && !options.createQueue) {
    throw new UsageError(
      "no queue to consume from",
      "name one with -q QUEUE, or declare one with -Q",
    );
  }
  const binds = options.bindQueue || options.bindExchange !== undefined;
  if (!binds && origin("routingKey") === "flag")
    throw new UsageError("--routing-key needs --bind-queue", "a consumer's keys bind its queue");
  if (!binds && !options.createExchange && origin("exchange") === "flag")
    throw new UsageError(
      "--exchange needs --bind-queue or --create-exchange",
      "messages come from a queue: bind it to the exchange",
    );
  const policies = (["ackAuto", "nack", "reject", "peek", "lazy"] as const).filter(
    (key) => options[key] !== false && options[key] !== undefined,
  );
  const [first, second] = policies.filter((key) => key !== "lazy" || !options.ackAuto);
  if (first && second)
    throw new UsageError(
      `--${kebab(first)} excludes --${kebab(second)}`,
      "a message is settled one way",
    );
  if (options.requeue && !options.nack && !options.reject)
    throw new UsageError("--requeue needs --nack or --reject", "to show and put back, use --peek");
  if (options.ackEvery > 1 && first)
    throw new UsageError(
      `--ack-every excludes --${kebab(first)}`,
      "it acknowledges what was shown",
    );
  if (options.get && options.lazy !== undefined)
    throw new UsageError("--get excludes --lazy", "a crash is shown with a subscription");
  if (options.get && origin("consumerTag") === "flag")
    throw new UsageError("--get excludes --consumer-tag", "it subscribes to nothing");
  if (origin("messageTtl") === "flag" && origin("queueMessageTtl") === "flag")
    throw new UsageError(
      "--message-ttl excludes --queue-message-ttl",
      "in a consumer both are the queue's x-message-ttl",
    );
}
