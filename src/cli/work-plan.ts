// The flags of handlers and forwarding → what they mean together. Pure.
import type { Destination } from "../amqp/publish/courier.ts";
import { UsageError } from "../errors.ts";
import { isName } from "../message/text.ts";
import type { AftermathPlan } from "../work/aftermath.ts";
import type { HandlerPlan } from "../work/handler.ts";
import type { Command } from "../work/children.ts";
import { delayQueueNames } from "../work/retry.ts";
import type { consumeFlags, outputFlags } from "./flags/consume.ts";
import type { handlerFlags } from "./flags/handler.ts";
import { checkEntityName } from "./entity.ts";
import { kebab, type OptionsOf } from "./flag.ts";
import type { Origins } from "./parse.ts";
import { ofRetries } from "./stream-checks.ts";

type Options = OptionsOf<typeof handlerFlags & typeof consumeFlags & typeof outputFlags> & {
  readonly queue: string;
  readonly save: string | undefined;
  readonly channelMax: number | undefined;
};
type Key = keyof Options;

/** What else is done with messages, and how many are held for it. */
export interface WorkPlan {
  readonly handler: HandlerPlan | undefined;
  readonly forward: Destination | undefined;
  /** Infinity: no limit. */
  readonly prefetch: number;
  readonly warnings: readonly string[];
}

/** RabbitMQ closes the channel after 30 minutes (consumer_timeout), and looks once a minute. */
const LONG_MS = 25 * 60_000;

/** What `-- COMMAND`, --shell and --forward ask for; messages also come from other queues. @throws UsageError */
export function planWork(
  options: Options,
  origins: Origins<Key>,
  operands: readonly string[] | undefined,
  alsoFrom: readonly string[],
): WorkPlan {
  const command = planCommand(options, operands);
  const forward = readDestination("--forward", options.forward);
  checkWork(options, origins, command, forward);
  checkCircle(options, [options.queue, ...alsoFrom]);
  const { execTimeout, jobs } = options;
  const handler = command && planHandler(options, origins, command);
  if (handler) checkDelayQueues(handler.aftermath, [options.queue, ...alsoFrom]);
  return {
    handler,
    forward,
    // A worker that holds messages it does not work on keeps them from others.
    prefetch: command && !origins.given("prefetch") ? jobs : options.prefetch || Infinity,
    warnings:
      execTimeout !== undefined && execTimeout > LONG_MS
        ? [
            "--exec-timeout is longer than 25 minutes: by default RabbitMQ closes the channel of a consumer that holds a message for 30 minutes (consumer_timeout), and gives it again",
          ]
        : [],
  };
}

function planHandler(options: Options, { given }: Origins<Key>, command: Command): HandlerPlan {
  const { jobs, retries, retryDelay, retryBackoff, reply } = options;
  const asksForRetries = ofRetries.some(given);
  return {
    command,
    jobs,
    aftermath: {
      onFailure: options.onFailure ?? (asksForRetries ? "retry" : undefined),
      retry: { retries, delayMs: retryDelay, backoff: retryBackoff },
      deadLetter: readDestination("--dead-letter", options.deadLetter),
      reply,
    },
  };
}

function planCommand(
  { shell, execTimeout: timeoutMs }: Options,
  operands: readonly string[] | undefined,
): Command | undefined {
  const [file = "", ...args] = operands ?? [];
  if (shell !== undefined && operands)
    throw new UsageError("--shell excludes -- COMMAND", "a message is handled one way");
  // Without a handler, messages would be shown and acknowledged.
  if (operands && file === "")
    throw new UsageError("-- needs a command", "a variable may be empty or unset");
  if (shell?.trim() === "")
    throw new UsageError('--shell "": expected a command', "a variable may be empty or unset");
  if (shell !== undefined) return { file: "/bin/sh", args: ["-c", shell], timeoutMs };
  return operands && { file, args, timeoutMs };
}

/** `EXCHANGE`, `EXCHANGE:KEY` or `:QUEUE`. */
function readDestination(flag: string, text: string | undefined): Destination | undefined {
  if (text === undefined) return undefined;
  const colon = text.indexOf(":");
  const exchange = colon < 0 ? text : text.slice(0, colon);
  const routingKey = colon < 0 ? undefined : text.slice(colon + 1);
  if (exchange === "" && !routingKey)
    throw new UsageError(`${flag} "${text}": expected EXCHANGE, EXCHANGE:KEY or :QUEUE`);
  checkEntityName(flag, exchange || (routingKey ?? ""));
  if (!isName(exchange) || !isName(routingKey ?? ""))
    throw new UsageError(`${flag}: longer than the 255 bytes that AMQP allows`);
  return { exchange, routingKey };
}

/** Flags that say how messages are shown or settled, which something else decides here. */
const ofShowing = ["ackAuto", "nack", "reject", "peek", "lazy", "save", "work"] as const;
/** The same for harmless flags: in a profile or the environment they may be there for other runs. */
const ofFormats = ["format", "verbose"] as const;
const ofHandlers = [
  "execTimeout",
  "onFailure",
  "retries",
  "retryDelay",
  "retryBackoff",
  "deadLetter",
  "reply",
  "jobs",
] as const;

function checkWork(
  options: Options,
  { typed, given }: Origins<Key>,
  command: Command | undefined,
  forward: Destination | undefined,
): void {
  const stray = ofHandlers.find(typed);
  if (stray && !command)
    throw new UsageError(`--${kebab(stray)} needs a handler`, "-- COMMAND ARG..., or --shell LINE");
  if (command && forward)
    throw new UsageError("--forward excludes a handler", "a message is handled one way");
  const way = command ? "a handler" : forward && "--forward";
  if (!way) return;
  const isOn = (key: Key): boolean => given(key) && options[key] !== false;
  const excluded = ofShowing.find(isOn) ?? ofFormats.find(typed);
  if (excluded || options.ackEvery > 1)
    throw new UsageError(
      `${way} excludes --${kebab(excluded ?? "ackEvery")}`,
      command ? "its exit code decides, and its output is shown" : "messages are passed on instead",
    );
  if (options.channelMax === 1)
    throw new UsageError(
      `--channel-max 1 excludes ${way}`,
      "messages come on one channel and are passed on by another",
    );
}

/** @throws UsageError when what is passed on comes back */
function checkCircle({ forward, deadLetter }: Options, queues: readonly string[]): void {
  const ways = [
    ["--forward", forward],
    ["--dead-letter", deadLetter],
  ] as const;
  for (const [flag, text] of ways) {
    const { exchange, routingKey = "" } = readDestination(flag, text) ?? {};
    if (exchange === "" && queues.includes(routingKey))
      throw new UsageError(
        `${flag} leads back to queue "${routingKey}"`,
        "messages would go round for ever",
      );
  }
}

/** A queue with a long name leaves no room for those of its delay queues. @throws UsageError */
function checkDelayQueues({ onFailure, retry }: AftermathPlan, queues: readonly string[]): void {
  if (onFailure !== "retry") return;
  const long = queues.find((queue) => delayQueueNames(queue, retry).some((name) => !isName(name)));
  if (long !== undefined)
    throw new UsageError(
      `--queue "${long}": too long for retries, which wait in queues named QUEUE.retry-5000ms`,
      "a queue's name has at most 255 bytes; rename it, or choose another --on-failure",
    );
}
