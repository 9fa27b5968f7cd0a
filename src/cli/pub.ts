// amqp-pub: its flags, its examples, and what the flags mean together.
import type { PublisherPlan } from "../amqp/publish/publisher-plan.ts";
import type { SourcePlan } from "../source/index.ts";
import { planConnection } from "./connection-plan.ts";
import { UsageError } from "../errors.ts";
import type { PublishPlan } from "../publish.ts";
import type { RpcPlan } from "../rpc.ts";
import type { SendingPlan } from "../sending.ts";
import { administrationFlags } from "./flags/administration.ts";
import { connectionFlags } from "./flags/connection.ts";
import { publisherMeasureFlags } from "./flags/measure.ts";
import { generalFlags } from "./flags/general.ts";
import { inputFlags } from "./flags/input.ts";
import { propertyFlags } from "./flags/properties.ts";
import { publisherFlags, publisherOutputFlags, sampleConsumerFlags } from "./flags/publish.ts";
import { rpcFlags } from "./flags/rpc.ts";
import { tlsFlags } from "./flags/tls.ts";
import { publisherTopologyFlags } from "./flags/topology.ts";
import { checkEntityName } from "./entity.ts";
import { kebab, type OptionsOf } from "./flag.ts";
import type { Origins, Parsed } from "./parse.ts";
import type { Program } from "./program.ts";
import { planProperties, planStamps } from "./properties-plan.ts";
import { checkNoRequests, planRequests } from "./rpc-plan.ts";
import { planShape, planSource } from "./source-plan.ts";
import { planTopology, warnOfUndeclared } from "./topology-plan.ts";

const flags = {
  ...inputFlags,
  ...publisherTopologyFlags,
  ...administrationFlags,
  ...propertyFlags,
  ...publisherFlags,
  ...publisherOutputFlags,
  ...rpcFlags,
  ...publisherMeasureFlags,
  ...connectionFlags,
  ...tlsFlags,
  ...generalFlags,
  ...sampleConsumerFlags,
};
type Options = OptionsOf<typeof flags>;

export const pub: Program<typeof flags> = {
  name: "amqp-pub",
  summary: "publish messages to RabbitMQ (AMQP 0-9-1)",
  description: [
    "Sends messages from the command line, from files, or line by line, to an exchange, after declaring exchange, queue and binding where that is asked for. Each message sent is shown on standard output as Sent: and its body; everything else goes to standard error.",
    "With --confirm a message counts as sent when the broker has taken it over; after a lost connection, what was not confirmed is sent again. Without --confirm it counts as sent when it was handed over; the run still ends with a round trip, so that a refusal is reported and the exit status is not 0.",
  ],
  usage: "amqp-pub [flags]",
  flags,
  examples: [
    {
      does: "send one message to a queue, and know that it arrived",
      command: "amqp-pub -k hello -m 'Hello World!' --mandatory --confirm",
    },
    {
      does: "declare the queue first",
      command: "amqp-pub -q tasks -Q --durable-queue --nad-queue -m work --persistent",
    },
    {
      does: "log four messages, one a second, to everybody",
      command: "amqp-pub -e logs -E -t fanout --nb-messages 4 -m Hello",
    },
    {
      does: "send each line of a file or pipe, confirmed",
      command: "seq 1000 | amqp-pub -k tasks -l --confirm --quiet",
    },
    {
      does: "ask a server, and show its reply",
      command: "amqp-pub -k sums -m '1 + 2' --rpc --format body",
    },
    { does: "send files byte for byte", command: "amqp-pub -k images -f *.png --confirm" },
  ],
};

/** What the flags of amqp-pub mean without --rpc. Pure. @throws UsageError */
export function planPublish(parsed: Parsed<typeof flags>): PublishPlan {
  const { options } = parsed;
  const sending = planSending(parsed);
  checkConfirming(options, parsed);
  checkNoRequests(parsed);
  return {
    ...sending,
    publisher: planPublisher(options, sending.source),
    latencyHeader: options.latencyHeader,
    quiet: options.quiet,
  };
}

/** What they mean with it. Pure. @throws UsageError */
export function planRpc(parsed: Parsed<typeof flags>): RpcPlan {
  return planRequests(parsed.options, parsed, planSending(parsed));
}

function planSending(parsed: Parsed<typeof flags>): SendingPlan {
  const { options } = parsed;
  checkOperands(parsed);
  const source = planSource(options, parsed);
  checkPasswordInput(options, source);
  checkKeys(options, source);
  const connection = planConnection(options, parsed, "amqp-pub");
  const keys = options.routingKey === undefined ? [] : [options.routingKey];
  return {
    connection,
    topology: planTopology(options, parsed, keys),
    warnings: [
      ...connection.warnings,
      ...warnOfUndeclared(options, parsed),
      ...warnOfTarget(parsed, source),
    ],
    source,
    shape: planShape(options, source, planStamps(options), options.contentEncoding),
    onBadRecord: options.onBadRecord,
    exchange: options.exchange,
    routingKey: options.routingKey ?? (options.exchange === "" ? options.queue || undefined : ""),
    properties: planProperties(options),
    summary: options.summary,
    graceMs: options.grace,
  };
}

function planPublisher(options: Options, source: SourcePlan): PublisherPlan {
  return {
    confirm: options.confirm,
    mandatory: options.mandatory,
    window: options.confirmWindow,
    confirmTimeoutMs: options.confirmTimeout,
    nackRetries: options.nackRetries,
    numbered: options.confirm && source.brings !== "record",
  };
}

/** Messages that go nowhere, or not to the queue that was named. */
function warnOfTarget(
  { options, typed }: Parsed<typeof flags>,
  source: SourcePlan,
): readonly string[] {
  const { queue, exchange, routingKey = queue, createQueue, bindQueue, ping } = options;
  if (ping) return [];
  if (!hasTarget(options, source)) return ["without -k, -q or -e the message reaches no queue."];
  const isUnused = typed("queue") && !createQueue && !bindQueue;
  if (!isUnused || (exchange === "" && routingKey === queue)) return [];
  const target = exchange === "" ? `queue "${routingKey}"` : `exchange "${exchange}"`;
  return [`--queue has no effect without -Q or --bind-queue: messages go to ${target}.`];
}

/** Is there anything that says where messages go? */
function hasTarget(options: Options, source: SourcePlan): boolean {
  const { exchange, routingKey, queue, createQueue, cc, bcc, header } = options;
  const isNamed = createQueue || routingKey !== undefined || exchange !== "" || queue !== "";
  const isCopied = (cc ?? bcc ?? header?.["CC"] ?? header?.["BCC"]) !== undefined;
  return isNamed || isCopied || source.brings !== "body";
}

function checkOperands({ operands: [first] = [] }: Parsed<typeof flags>): void {
  if (first === undefined) return;
  throw new UsageError(
    `unexpected argument "${first}" after --`,
    "amqp-pub runs no command; a file whose name begins with - is given as ./-NAME",
  );
}

/** On the default exchange a key can only be the name of a queue. Records may name another exchange. */
function checkKeys(options: Options, { brings }: SourcePlan): void {
  const { exchange, routingKey = "", cc = [], bcc = [] } = options;
  if (exchange !== "" || brings === "record") return;
  checkEntityName("--routing-key", routingKey);
  for (const key of cc) checkEntityName("--cc", key);
  for (const key of bcc) checkEntityName("--bcc", key);
}

function checkPasswordInput({ passwordFile }: Options, source: SourcePlan): void {
  if (passwordFile !== "-" || !source.paths.includes("-")) return;
  throw new UsageError(
    "--password-file - excludes messages from standard input",
    "it is read once: take the one or the other from a file",
  );
}

function checkConfirming(options: Options, { typed }: Origins<keyof Options>): void {
  const stray = (["confirmWindow", "confirmTimeout", "nackRetries"] as const).find(typed);
  if (stray && !options.confirm)
    throw new UsageError(`--${kebab(stray)} needs --confirm`, "without it nothing is confirmed");
}
