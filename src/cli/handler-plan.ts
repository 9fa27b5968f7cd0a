// The flags of handlers and forwarding → what they mean together. Pure.
import type { Destination } from "../amqp/courier.ts";
import { UsageError } from "../errors.ts";
import type { HandlerPlan } from "../work/handler.ts";
import type { Command } from "../work/program.ts";
import type { consumeFlags, outputFlags } from "./flags/consume.ts";
import type { handlerFlags } from "./flags/handler.ts";
import { kebab, type OptionsOf } from "./flag.ts";
import type { Origin } from "./parse.ts";

type Options = OptionsOf<typeof handlerFlags & typeof consumeFlags & typeof outputFlags> & {
  readonly queue: string;
  readonly queueType: string | undefined;
};
type Key = keyof Options;

/** What else is done with messages, and how many are held for it. */
export interface Treatment {
  readonly handler: HandlerPlan | undefined;
  readonly forward: Destination | undefined;
  readonly prefetch: number;
  readonly warnings: readonly string[];
}

/** RabbitMQ closes the channel after 30 minutes (consumer_timeout), and looks once a minute. */
const LONG_MS = 25 * 60_000;

/** What `-- COMMAND`, --shell and --forward ask for. @throws UsageError */
export function planTreatment(
  options: Options,
  origin: (key: Key) => Origin,
  operands: readonly string[],
): Treatment {
  const command = planCommand(options, operands);
  const forward = readDestination("--forward", options.forward);
  checkTreatment(options, origin, command, forward);
  const { execTimeout, jobs } = options;
  const handler = command && planHandler(options, origin, command);
  return {
    handler,
    forward,
    // A worker that holds messages it does not work on keeps them from others.
    prefetch: command && origin("prefetch") === "default" ? jobs : options.prefetch,
    warnings:
      execTimeout !== undefined && execTimeout > LONG_MS
        ? [
            "--exec-timeout is longer than 25 minutes: by default RabbitMQ closes the channel of a consumer that holds a message for 30 minutes (consumer_timeout), and gives it again",
          ]
        : [],
  };
}

function planHandler(
  options: Options,
  origin: (key: Key) => Origin,
  command: Command,
): HandlerPlan {
  const { jobs, retries, retryDelay, retryBackoff, reply, queueType } = options;
  const asksForRetries = (["retries", "retryDelay", "retryBackoff"] as const).some(
    (key) => origin(key) !== "default",
  );
  return {
    command,
    jobs,
    aftermath: {
      onFailure: options.onFailure ?? (asksForRetries ? "retry" : undefined),
      retry: { retries, delayMs: retryDelay, backoff: retryBackoff },
      isQuorum: queueType === "quorum",
      deadLetter: readDestination("--dead-letter", options.deadLetter),
      reply,
    },
  };
}

function planCommand(
  { shell, execTimeout: timeoutMs }: Options,
  operands: readonly string[],
): Command | undefined {
  const [file, ...args] = operands;
  if (shell !== undefined && file !== undefined)
    throw new UsageError("--shell excludes -- COMMAND", "a message is handled one way");
  if (shell !== undefined) return { file: "/bin/sh", args: ["-c", shell], timeoutMs };
  return file === undefined ? undefined : { file, args, timeoutMs };
}

/** `EXCHANGE`, `EXCHANGE:KEY` or `:QUEUE`. */
function readDestination(flag: string, text: string | undefined): Destination | undefined {
  if (text === undefined) return undefined;
  const colon = text.indexOf(":");
  const exchange = colon < 0 ? text : text.slice(0, colon);
  const routingKey = colon < 0 ? undefined : text.slice(colon + 1);
  if (exchange === "" && !routingKey)
    throw new UsageError(`${flag} "${text}": expected EXCHANGE, EXCHANGE:KEY or :QUEUE`);
  if (Math.max(Buffer.byteLength(exchange), Buffer.byteLength(routingKey ?? "")) > 255)
    throw new UsageError(`${flag}: longer than the 255 bytes that AMQP allows`);
  return { exchange, routingKey };
}

/** Flags that say how messages are shown or settled, which something else decides here. */
const decided = ["ackAuto", "nack", "reject", "peek", "lazy", "format", "verbose"] as const;
const needy = [
  "execTimeout",
  "onFailure",
  "retries",
  "retryDelay",
  "retryBackoff",
  "deadLetter",
  "reply",
  "jobs",
] as const;

function checkTreatment(
  options: Options,
  origin: (key: Key) => Origin,
  command: Command | undefined,
  forward: Destination | undefined,
): void {
  const stray = needy.find((key) => origin(key) === "flag");
  if (stray && !command)
    throw new UsageError(`--${kebab(stray)} needs a handler`, "-- COMMAND ARG..., or --shell LINE");
  if (command && forward)
    throw new UsageError("--forward excludes a handler", "a message is handled one way");
  const treatment = command ? "a handler" : forward && "--forward";
  if (!treatment) return;
  const excluded = decided.find((key) => origin(key) === "flag");
  if (excluded || options.ackEvery > 1)
    throw new UsageError(
      `${treatment} excludes --${kebab(excluded ?? "ackEvery")}`,
      command ? "its exit code decides, and its output is shown" : "messages are passed on instead",
    );
  const circle = forward ?? readDestination("--dead-letter", options.deadLetter);
  if (circle?.exchange === "" && circle.routingKey === options.queue)
    throw new UsageError(
      `--${forward ? "forward" : "dead-letter"} leads back to queue "${options.queue}"`,
      "messages would go round for ever",
    );
}
