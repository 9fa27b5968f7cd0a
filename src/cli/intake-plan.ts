// The flags that say which messages are taken, how they are settled and when that ends → what they mean together. Pure.
import type { SubscriptionPlan } from "../amqp/intake.ts";
import type { Verdict } from "../amqp/settlement.ts";
import type { ConsumePlan } from "../consume.ts";
import { UsageError } from "../errors.ts";
import type { consumeFlags, outputFlags } from "./flags/consume.ts";
import type { keepFlags, selectFlags } from "./flags/select.ts";
import { kebab, type OptionsOf } from "./flag.ts";
import type { Origin } from "./parse.ts";

type Options = OptionsOf<
  typeof consumeFlags & typeof outputFlags & typeof selectFlags & typeof keepFlags
> & {
  readonly queue: string;
  readonly createQueue: boolean;
  readonly queueType: string | undefined;
};
type Key = keyof Options;

/** What else decides how messages are taken. */
export interface Circumstances {
  readonly alsoFrom: readonly string[];
  /** Prefetch as the way of handling messages wants it. */
  readonly prefetch: number;
  /** Something is published on the same connection, and its answers are waited for. */
  readonly publishesToo: boolean;
}

type Taking = Pick<
  ConsumePlan,
  "subscription" | "intake" | "stop" | "verdict" | "flow" | "offsetFile" | "workMs"
>;

/** The protocol has 16 bits for a prefetch. */
const MAX_PREFETCH = 65_535;
const USUAL_PREFETCH = 256;

/** What is taken. @throws UsageError */
export function planTaking(
  options: Options,
  origin: (key: Key) => Origin,
  circumstances: Circumstances,
): Taking {
  checkSettling(options);
  checkSource(options, origin, circumstances);
  const stream = planStream(options);
  const looks = options.peek && ofSubscription.every((key) => origin(key) === "default") && !stream;
  const settling = planSettling(options, stream !== undefined);
  const limit = options.count ?? settling.limit ?? (fetchesOne(options) ? 1 : undefined);
  return {
    subscription: {
      ...planSubscription(options, circumstances),
      prefetch: planPrefetch(options, origin, circumstances.prefetch, settling, limit),
      // What ends the run or chooses messages must not find them forgotten; acknowledging each is the same for the user.
      ackOnArrival:
        options.ackAuto &&
        !options.get &&
        limit === undefined &&
        options.untilBody === undefined &&
        options.where === undefined,
      stream,
    },
    intake: options.get ? "get" : looks ? "look" : "subscription",
    stop: {
      count: limit,
      idleMs: options.idleTimeout,
      timeoutMs: options.timeout,
      untilEmpty: options.untilEmpty ? "--until-empty" : settling.untilEmpty,
      emptyQueue: options.get ? "empty" : "done",
      untilBody: options.untilBody,
    },
    verdict: settling.verdict,
    flow: {
      decompressLimit: options.decompress ? options.decompressLimit : undefined,
      where: options.where,
      mismatch: settling.mismatch,
      perSecond: options.rate,
      isSingle: options.work !== undefined,
    },
    offsetFile: options.offsetFile,
    workMs: options.work,
  };
}

/** --get alone fetches a single message; a flag that says how far to go says how many. */
function fetchesOne({ get, untilEmpty, untilBody }: Options): boolean {
  return get && !untilEmpty && untilBody === undefined;
}

function planSubscription(
  options: Options,
  { alsoFrom, publishesToo }: Circumstances,
): Omit<SubscriptionPlan, "prefetch" | "ackOnArrival" | "stream"> {
  const { queue, ackEvery, consumerTag, exclusiveConsumer, consumerPriority } = options;
  const priority = consumerPriority === undefined ? {} : { "x-priority": consumerPriority };
  return {
    queue,
    alsoFrom,
    ackEvery,
    consumerTag,
    exclusive: exclusiveConsumer,
    arguments: { ...priority, ...options.consumerArg },
    mayStopReading: !publishesToo,
  };
}

function planStream(options: Options): SubscriptionPlan["stream"] {
  return saysStream(options) ? { start: options.offset } : undefined;
}

/** Do the flags say that the queue is a stream? */
export function saysStream({
  offset,
  offsetFile,
  createQueue,
  queueType,
}: Pick<Options, "offset" | "offsetFile" | "createQueue" | "queueType">): boolean {
  const isDeclared = createQueue && queueType === "stream";
  return isDeclared || offset !== undefined || offsetFile !== undefined;
}

interface Settling {
  readonly verdict: Verdict;
  readonly mismatch: Verdict;
  readonly limit?: number;
  readonly untilEmpty: string | undefined;
}

/** What becomes of a message that was shown. What is put back is held to the end, or it would come again at once. */
function planSettling(options: Options, isStream: boolean): Settling {
  const refuses = options.nack || options.reject;
  // A stream keeps its messages; one that is not acknowledged only makes it stop.
  const putBack = isStream ? "ack" : "leave";
  const mismatch = options.onMismatch === "requeue" ? putBack : options.onMismatch;
  if (options.peek || (refuses && options.requeue))
    return {
      verdict: "leave",
      mismatch,
      limit: options.prefetch || MAX_PREFETCH,
      untilEmpty: options.peek ? "--peek" : "--requeue",
    };
  return { verdict: refuses ? "reject" : "ack", mismatch, untilEmpty: undefined };
}

/** Messages in hand. What is held to the end counts as well, and makes room for nothing; 0 means no limit. */
function planPrefetch(
  options: Options,
  origin: (key: Key) => Origin,
  usual: number,
  { verdict, mismatch }: Settling,
  limit = Infinity,
): number {
  const isTyped = origin("prefetch") !== "default";
  if (options.where !== undefined && mismatch === "leave")
    return isTyped ? options.prefetch : MAX_PREFETCH;
  if (verdict === "leave") return limit > MAX_PREFETCH ? 0 : limit;
  // A batch is acknowledged while the next one comes.
  const twoBatches = options.ackEvery > 1 ? Math.min(2 * options.ackEvery, MAX_PREFETCH) : 0;
  const roomy = isTyped ? usual : Math.max(usual, twoBatches);
  // Those whose acknowledgement is not waited for are only bounded by what may wait here.
  const most = Math.min((options.ackAuto ? usual || USUAL_PREFETCH : roomy) || Infinity, limit);
  return most === Infinity ? 0 : Math.min(most, MAX_PREFETCH);
}

function checkSettling(options: Options): void {
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
  if (options.where !== undefined && options.lazy !== undefined)
    throw new UsageError("--lazy excludes --where", "it dies after the first message");
}

/** What a stream cannot do: it keeps its messages, and takes none back (basic.nack, basic.reject). @throws UsageError */
function checkStream(options: Options): void {
  const refusing = (["nack", "reject"] as const).find((key) => options[key]);
  const flag = refusing
    ? `--${refusing}`
    : options.onMismatch === "reject" && "--on-mismatch reject";
  if (flag)
    throw new UsageError(
      `${flag} excludes a stream`,
      "a stream keeps its messages; whoever reads it only goes on",
    );
}

/** Flags of a subscription, which --get has none of. */
const ofSubscription = [
  "lazy",
  "consumerTag",
  "exclusiveConsumer",
  "consumerPriority",
  "consumerArg",
  "offset",
  "offsetFile",
] as const;

function checkSource(
  options: Options,
  origin: (key: Key) => Origin,
  { alsoFrom }: Circumstances,
): void {
  const needless = ofSubscription.find((key) => origin(key) === "flag");
  if (options.get && needless)
    throw new UsageError(`--get excludes --${kebab(needless)}`, "it subscribes to nothing");
  if (origin("onMismatch") === "flag" && options.where === undefined)
    throw new UsageError("--on-mismatch needs --where", "say which messages are wanted");
  if (origin("decompressLimit") === "flag" && !options.decompress)
    throw new UsageError("--decompress-limit needs --decompress", "bodies stay as they are");
  if (origin("prefetch") === "flag" && options.prefetch > 0 && options.ackEvery > options.prefetch)
    throw new UsageError(
      `--ack-every ${options.ackEvery} needs a --prefetch of as many`,
      "nothing more comes before some are acknowledged",
    );
  if (saysStream(options)) checkStream(options);
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
  if (options.peek || options.untilEmpty)
    throw new UsageError(
      `${place} excludes --${options.peek ? "peek" : "until-empty"}`,
      "a stream keeps its messages and is never empty; --idle-timeout ends at its end",
    );
}
