// Which flags of taking messages exclude or need each other. Pure.
import { UsageError } from "../errors.ts";
import type { consumeFlags, outputFlags } from "./flags/consume.ts";
import type { keepFlags, selectFlags } from "./flags/select.ts";
import { kebab, type OptionsOf } from "./flag.ts";
import type { Origins } from "./parse.ts";
import { saysStream } from "./stream-checks.ts";

export type IntakeOptions = OptionsOf<
  typeof consumeFlags & typeof outputFlags & typeof selectFlags & typeof keepFlags
> & {
  readonly queue: string;
  readonly createQueue: boolean;
  readonly queueType: string | undefined;
};
export type IntakeKey = keyof IntakeOptions;

/** What else decides how messages are taken. */
export interface Circumstances {
  readonly alsoFrom: readonly string[];
  /** The prefetch that the way of handling messages asks for; Infinity: no limit. */
  readonly prefetch: number;
  /** Something is published on the same connection, and its answers are waited for. */
  readonly publishesToo: boolean;
  /** At a stop, the next consumer gets nothing before what is in hand is settled or back in its place. */
  readonly handsOver: boolean;
  /** A handler takes each message, when it is there for it. */
  readonly isHandled: boolean;
  /** What is said when the queue is a stream, and a flag excludes that. */
  readonly streamRefusal: UsageError | undefined;
}

/** How a message is settled. @throws UsageError */
export function checkSettling(options: IntakeOptions): void {
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
  if (options.peek && options.where !== undefined && options.onMismatch !== "requeue")
    throw new UsageError(
      `--peek excludes --on-mismatch ${options.onMismatch}`,
      "a look consumes nothing: what is not wanted is put back as well",
    );
  if (options.where !== undefined && options.lazy !== undefined)
    throw new UsageError("--lazy excludes --where", "it dies after the first message");
}

/** Flags of a subscription: --get has none. */
export const ofSubscription = [
  "lazy",
  "consumerTag",
  "exclusiveConsumer",
  "consumerPriority",
  "consumerArg",
  "offset",
  "offsetFile",
] as const;

/** How messages come in. @throws UsageError */
export function checkIntake(
  options: IntakeOptions,
  { typed }: Origins<IntakeKey>,
  { alsoFrom, streamRefusal }: Circumstances,
): void {
  const needless = ofSubscription.find(typed);
  if (options.get && needless)
    throw new UsageError(`--get excludes --${kebab(needless)}`, "it subscribes to nothing");
  if (typed("onMismatch") && options.where === undefined)
    throw new UsageError("--on-mismatch needs --where", "say which messages are wanted");
  if (typed("decompressLimit") && !options.decompress)
    throw new UsageError("--decompress-limit needs --decompress", "bodies stay as they are");
  if (typed("prefetch") && options.prefetch > 0 && options.ackEvery > options.prefetch)
    throw new UsageError(
      `--ack-every ${options.ackEvery} needs a --prefetch of as many`,
      "nothing more comes before some are acknowledged",
    );
  if (streamRefusal && saysStream(options)) throw streamRefusal;
  const { offset, offsetFile } = options;
  if (offsetFile === "") throw new UsageError('--offset-file "": expected the name of a file');
  const place = offset === undefined ? offsetFile && "--offset-file" : "--offset";
  if (place === undefined) return;
  if (alsoFrom.length > 0)
    throw new UsageError(`${place} excludes several queues`, "each stream has its own places");
  if (offsetFile !== undefined && options.queue === "")
    throw new UsageError("--offset-file needs --queue", "name the stream with -q");
  if (options.prefetch === 0)
    throw new UsageError(`${place} excludes --prefetch 0`, "a stream needs a limit");
}
