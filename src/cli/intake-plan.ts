// The flags that say which messages are taken, how they are settled and when that ends → what they mean together. Pure.
import type { SubscriptionPlan } from "../amqp/consume/intake.ts";
import type { Verdict } from "../amqp/consume/verdicts.ts";
import { STREAM_OFFSET } from "../amqp/consume/stream.ts";
import type { ConsumePlan, IntakeKind } from "../consume.ts";
import { checkSize } from "./argument-table.ts";
import {
  checkSettling,
  checkIntake,
  ofSubscription,
  type Circumstances,
  type IntakeKey,
  type IntakeOptions,
} from "./intake-checks.ts";
import { MAX_PREFETCH } from "../message/message.ts";
import type { Origins } from "./parse.ts";
import { saysStream } from "./stream-checks.ts";

type IntakePlan = Pick<
  ConsumePlan,
  "subscription" | "intake" | "stop" | "verdict" | "flow" | "offsetFile" | "workMs"
>;

const USUAL_PREFETCH = 256;

/** What is taken. @throws UsageError */
export function planIntake(
  options: IntakeOptions,
  origins: Origins<IntakeKey>,
  circumstances: Circumstances,
): IntakePlan {
  checkSettling(options);
  checkIntake(options, origins, circumstances);
  const stream = planStream(options);
  const settling = planSettling(options);
  const counted = options.count ?? (fetchesOne(options) ? 1 : undefined);
  const limit = counted ?? settling.limit;
  const prefetch = planPrefetch(options, origins, circumstances.prefetch, settling, limit);
  return {
    subscription: {
      ...planSubscription(options, circumstances),
      prefetch,
      // More than are in hand cannot come together.
      ackEvery: Math.min(options.ackEvery, prefetch),
      // Whatever ends the run or chooses messages must not find them forgotten; for the user, acknowledging each is the same.
      ackOnArrival:
        options.ackAuto &&
        !options.get &&
        limit === undefined &&
        options.untilBody === undefined &&
        options.where === undefined,
      stream,
    },
    intake: chooseIntake(options, origins, stream !== undefined),
    stop: {
      count: limit,
      isPrefetchGiven: origins.given("prefetch"),
      countedBy: counted !== undefined || settling.limit === undefined ? "--count" : "--prefetch",
      idleMs: options.idleTimeout,
      timeoutMs: options.timeout,
      untilEmpty: options.untilEmpty ? "--until-empty" : settling.untilEmpty,
      keepsAll: settling.verdict === "leave",
      emptyQueue: options.get ? "empty" : "done",
      untilBody: options.untilBody,
    },
    verdict: settling.verdict,
    flow: {
      decompressLimit: options.decompress ? options.decompressLimit : undefined,
      where: options.where,
      mismatch: settling.mismatch,
      streamRefusal: circumstances.streamRefusal,
      perSecond: options.rate,
      isSingle: options.work !== undefined || circumstances.isHandled,
    },
    offsetFile: options.offsetFile,
    workMs: options.work,
  };
}

/** --get alone fetches a single message; a flag that says how far to go says how many. */
function fetchesOne({ get, untilEmpty, untilBody }: IntakeOptions): boolean {
  return get && !untilEmpty && untilBody === undefined;
}

function chooseIntake(
  { get, peek, where, count, untilBody }: IntakeOptions,
  { given }: Origins<IntakeKey>,
  isStream: boolean,
): IntakeKind {
  if (get) return "get";
  if (!peek || isStream || ofSubscription.some(given)) return "subscription";
  // Where it is not known how many messages will be looked at, a subscription would take more than that.
  const isOpenEnded = untilBody !== undefined || (where !== undefined && count !== undefined);
  return isOpenEnded ? "get" : "look";
}

function planSubscription(
  options: IntakeOptions,
  { alsoFrom, publishesToo, handsOver, streamRefusal }: Circumstances,
): Omit<SubscriptionPlan, "prefetch" | "ackEvery" | "ackOnArrival" | "stream"> {
  const { queue, consumerTag, exclusiveConsumer, consumerPriority } = options;
  const priority = consumerPriority === undefined ? {} : { "x-priority": consumerPriority };
  return {
    queue,
    alsoFrom,
    consumerTag,
    exclusive: exclusiveConsumer,
    // What is fetched makes no consumer active.
    handsOver: handsOver && !options.get,
    arguments: checkSize({ ...priority, ...options.consumerArg }, "--consumer-arg"),
    streamRefusal,
    mayStopReading: !publishesToo,
  };
}

function planStream(options: IntakeOptions): SubscriptionPlan["stream"] {
  if (!saysStream(options)) return undefined;
  const { offset, offsetFile, consumerArg } = options;
  // The broker's own default, but said: it then refuses a queue that is not a stream, in which there is no place to remember.
  const mustSay = offsetFile !== undefined && consumerArg?.[STREAM_OFFSET] === undefined;
  return { start: offset ?? (mustSay ? "next" : undefined) };
}

interface Settling {
  readonly verdict: Verdict;
  readonly mismatch: Verdict;
  readonly limit?: number;
  readonly untilEmpty: string | undefined;
}

/** What becomes of a message that was shown. What is to be put back is held to the end, or it would come again at once. */
function planSettling(options: IntakeOptions): Settling {
  const refuses = options.nack || options.reject;
  const mismatch = options.onMismatch === "requeue" ? "leave" : options.onMismatch;
  if (options.peek || (refuses && options.requeue))
    return {
      verdict: "leave",
      mismatch,
      limit: options.prefetch || MAX_PREFETCH,
      untilEmpty: options.peek ? "--peek" : "--requeue",
    };
  return {
    verdict: refuses ? "reject" : "ack",
    mismatch,
    untilEmpty: undefined,
  };
}

/** Messages in hand. What is held to the end counts as well, and makes room for nothing; Infinity: no limit. */
function planPrefetch(
  options: IntakeOptions,
  { given }: Origins<IntakeKey>,
  usual: number,
  { verdict, mismatch }: Settling,
  limit = Infinity,
): number {
  // A stream keeps its messages: what is not wanted is not held.
  if (options.where !== undefined && mismatch === "leave" && !saysStream(options))
    return given("prefetch") ? usual : MAX_PREFETCH;
  if (verdict === "leave") return limit > MAX_PREFETCH ? Infinity : limit;
  // What --where cannot decide on is held as well, and does not count for --count.
  if (options.where !== undefined && given("prefetch")) return usual;
  // A batch is acknowledged while the next one comes.
  const twoBatches = options.ackEvery > 1 ? Math.min(2 * options.ackEvery, MAX_PREFETCH) : 0;
  const roomy = given("prefetch") ? usual : Math.max(usual, twoBatches);
  // With --ack-auto, only how many may wait here sets a bound.
  const bounded = usual === Infinity ? USUAL_PREFETCH : usual;
  const most = Math.min(options.ackAuto ? bounded : roomy, limit);
  return most === Infinity ? most : Math.min(most, MAX_PREFETCH);
}
