// amqp-pub: its flags, its examples, and what the flags mean together.
import { planConnection } from "./connection-plan.ts";
import { UsageError } from "../errors.ts";
import type { Properties } from "../message.ts";
import { ping } from "../ping.ts";
import { publish, type PublishPlan } from "../publish.ts";
import type { SourcePlan } from "../source/index.ts";
import { version } from "../version.ts";
import { connectionFlags } from "./flags/connection.ts";
import { generalFlags } from "./flags/general.ts";
import { deliveryFlags, inputFlags, propertyFlags, sampleConsumerFlags } from "./flags/publish.ts";
import { tlsFlags } from "./flags/tls.ts";
import { publisherTopologyFlags } from "./flags/topology.ts";
import type { OptionsOf } from "./flag.ts";
import type { Origin, Parsed } from "./parse.ts";
import type { Program } from "./program.ts";
import { planTopology } from "./topology-plan.ts";

const flags = {
  ...inputFlags,
  ...publisherTopologyFlags,
  ...propertyFlags,
  ...deliveryFlags,
  ...connectionFlags,
  ...tlsFlags,
  ...generalFlags,
  ...sampleConsumerFlags,
};
type Options = OptionsOf<typeof flags>;

export const pub: Program<typeof flags> = {
  name: "amqp-pub",
  summary: "publish messages to RabbitMQ (AMQP 0-9-1)",
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
    { does: "send files byte for byte", command: "amqp-pub -k images -f *.png --confirm" },
  ],
  prepare: (parsed, env) => {
    const plan = planPublish(parsed, env);
    return (world) => (parsed.options.ping ? ping(plan, world) : publish(plan, world));
  },
};

/** What the flags of amqp-pub mean. Pure. @throws UsageError */
export function planPublish(
  parsed: Parsed<typeof flags>,
  env: Readonly<Record<string, string | undefined>>,
): PublishPlan {
  const { options, origin } = parsed;
  if (parsed.operands.length > 0)
    throw new UsageError(
      `unexpected argument "${parsed.operands[0]}" after --`,
      "amqp-pub runs no command",
    );
  const source = planSource(options, origin);
  const connection = planConnection(options, origin, env["AMQP_PASSWORD"], {
    name: "amqp-pub",
    version,
  });
  const topology = planTopology(
    options,
    origin,
    options.routingKey === undefined ? [] : [options.routingKey],
  );
  const aimless =
    options.exchange === "" &&
    options.routingKey === undefined &&
    options.queue === "" &&
    !options.createQueue;
  return {
    connection,
    topology,
    warnings: [
      ...connection.warnings,
      ...(aimless && !options.ping ? ["without -k, -q or -e the message reaches no queue."] : []),
    ],
    source,
    exchange: options.exchange,
    routingKey: options.routingKey ?? (options.exchange === "" ? options.queue || undefined : ""),
    properties: planProperties(options),
    delivery: {
      confirm: options.confirm,
      mandatory: options.mandatory,
      window: options.confirmWindow,
      confirmTimeoutMs: options.confirmTimeout,
      nackRetries: options.nackRetries,
    },
    quiet: options.quiet,
    summary: options.summary,
    graceMs: options.grace,
  };
}

function planSource(options: Options, origin: (key: keyof Options) => Origin): SourcePlan {
  const given = (["message", "file", "lines"] as const).filter((key) => origin(key) !== "default");
  if (given.length > 1)
    throw new UsageError(
      `--${given[0]} excludes --${given[1]}`,
      "one source of messages at a time",
    );
  const stdinTwice =
    [...(options.file ?? []), ...(options.lines ?? [])].filter((path) => path === "-").length > 1;
  if (stdinTwice) throw new UsageError("stdin (-) is named twice", "it can be read once");
  if (options.lines !== undefined) {
    const stray = (["nbMessages", "interval", "pubName", "messageSize"] as const).find(
      (key) => origin(key) === "flag",
    );
    if (stray)
      throw new UsageError(
        `--lines excludes --${stray.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`,
        "it belongs to -m and -f",
      );
    return { kind: "lines", paths: options.lines };
  }
  const repeat = {
    times: options.nbMessages,
    intervalMs: options.interval,
    pubName: options.pubName,
    size: options.messageSize,
  };
  return options.file === undefined
    ? { kind: "message", text: options.message ?? "", repeat }
    : { kind: "files", paths: options.file, repeat };
}

function planProperties(options: Options): Properties {
  return {
    ...(options.persistent && { deliveryMode: 2 }),
    ...(options.priority !== undefined && { priority: options.priority }),
    ...(options.messageTtl !== undefined && { expiration: `${options.messageTtl}` }),
  };
}
