// The story of amqp-con: for each batch of deliveries, work on it and settle it; until a stop rule holds.
import { Consumer } from "./amqp/consume/consumer.ts";
import { beside, Courier, type Destination } from "./amqp/publish/courier.ts";
import { Getter } from "./amqp/consume/getter.ts";
import type { SubscriptionPlan } from "./amqp/consume/intake.ts";
import { Looker } from "./amqp/consume/looker.ts";
import { Session, type ConnectionPlan } from "./amqp/session/session.ts";
import type { Verdict } from "./amqp/consume/verdicts.ts";
import type { TopologyPlan } from "./amqp/session/topology.ts";
import { aborted, pause, until } from "./time/deadline.ts";
import { accounted, type Ending, reasonFor } from "./ending.ts";
import { exitCodes } from "./errors.ts";
import { Flow, type FlowPlan } from "./select/flow.ts";
import { OffsetFile } from "./select/offset-file.ts";
import { openSink, type SinkPlan } from "./sink/index.ts";
import { StopRules, type StopPlan } from "./select/stop.ts";
import { reportReceived, type SummaryStyle } from "./ui/account.ts";
import { reportSession } from "./ui/session-report.ts";
import { reportBlocked } from "./ui/blocked-report.ts";
import { checkCommand, type HandlerPlan } from "./work/handler.ts";
import { take, type Supply, type Taken } from "./take.ts";
import type { World } from "./world.ts";

/** How messages come in. */
const intakes = { subscription: Consumer, get: Getter, look: Looker } as const;
export type IntakeKind = keyof typeof intakes;

/** What amqp-con was asked to do. */
export interface ConsumePlan {
  readonly connection: ConnectionPlan;
  readonly topology: TopologyPlan;
  readonly warnings: readonly string[];
  readonly subscription: SubscriptionPlan;
  readonly intake: IntakeKind;
  readonly stop: StopPlan;
  /** What becomes of a message that was shown. */
  readonly verdict: Verdict;
  /** After the first message wait this long, then die without acknowledging or closing. */
  readonly lazyMs: number | undefined;
  /** What happens to messages before they are shown, handled or passed on. */
  readonly flow: FlowPlan;
  readonly offsetFile: string | undefined;
  /** Pretend to work this long on each message shown: the shortest and the longest time. */
  readonly workMs: readonly [number, number] | undefined;
  readonly sink: SinkPlan;
  /** Messages, or the output of handlers, are written to standard output. */
  readonly writesOutput: boolean;
  /** Run a program for each message instead of showing it. */
  readonly handler: HandlerPlan | undefined;
  /** Publish each message on instead of showing it. */
  readonly forward: Destination | undefined;
  readonly summary: SummaryStyle;
  readonly graceMs: number;
}

/** What a run finds wrong before it connects. @throws UsageError */
export async function checkPlan(plan: ConsumePlan, world: World): Promise<void> {
  if (plan.handler) checkCommand(plan.handler, world.env);
  await Flow.open(plan.flow, world.log);
  openOffsets(plan);
}

/** Runs it. Resolves with the exit code. @throws Failure after the account was reported */
export async function consume(plan: ConsumePlan, world: World): Promise<number> {
  for (const warning of plan.warnings) world.log.warn(warning);
  if (plan.handler) checkCommand(plan.handler, world.env);
  const courier = openCourier(plan, world);
  const flow = await Flow.open(plan.flow, world.log);
  const offsets = openOffsets(plan);
  const subscription = goOnAt(plan.subscription, offsets?.next);
  const intake = new intakes[plan.intake](subscription);
  const rules = new StopRules(plan.stop);
  const supply = { intake, flow, rules };
  world.meter?.watch({
    open: () => intake.unacked,
    account: () => ({ received: countReceived(supply), ...intake.account }),
  });
  rules.startTimeout();
  // After a signal, what is still taken no longer counts for the stop rules.
  void aborted(world.signal).then(() => rules.end());
  const stopSaving = offsets?.watch(() => intake.settledOffset, world.log);
  return await accounted(
    async () => {
      const failures = await run(plan, supply, courier, world).finally(() => rules.end());
      return exitCode(rules, failures, world);
    },
    (ending) => report(plan, supply, ending, world),
    world,
  ).finally(stopSaving);
}

/** Resolves with the number of messages that have failed for good. */
async function run(
  plan: ConsumePlan,
  supply: Supply,
  courier: Courier | undefined,
  world: World,
): Promise<number> {
  const { intake, rules } = supply;
  const session = await Session.open(
    plan.connection,
    plan.topology,
    courier ? beside(courier, intake) : intake,
    reportSession(world.log),
    { ...world, signal: AbortSignal.any([world.signal, rules.signal]) },
  ).catch((error: unknown) => {
    if (rules.reason) return undefined;
    throw error;
  });
  if (!session) return 0;
  let taken: Taken = {};
  try {
    if (plan.lazyMs === undefined) taken = await take(plan, supply, courier, world);
    else await crash(plan, plan.lazyMs, supply, session, world);
  } finally {
    rules.end();
    const isAnswered = await session.close();
    // What ended the session is reported anyway, with its exit code.
    const isUnsure = !isAnswered && !session.failure && intake.account.acked > 0;
    // The crash demonstration goes without a word.
    if (isUnsure && plan.lazyMs === undefined) world.log.warn(UNANSWERED);
  }
  // A stop rule may have held when the broker refused what became of the last message.
  const { failures = 0, shortfall } = taken;
  const failure = session.failure ?? shortfall;
  if (failure) throw failure;
  return failures;
}

const UNANSWERED =
  "the broker did not answer the end of the run: messages acknowledged last may come again.";

function openOffsets({ offsetFile, subscription }: ConsumePlan): OffsetFile | undefined {
  return offsetFile === undefined ? undefined : new OffsetFile(offsetFile, subscription.queue);
}

function goOnAt(subscription: SubscriptionPlan, number: bigint | undefined): SubscriptionPlan {
  return number === undefined ? subscription : { ...subscription, stream: { start: { number } } };
}

/** Publishes on the consumer's connection, for runs that publish something. */
function openCourier(plan: ConsumePlan, { log }: World): Courier | undefined {
  if (!plan.handler && !plan.forward) return undefined;
  const destinations = [plan.forward, plan.handler?.aftermath.deadLetter];
  return new Courier(
    destinations.filter((destination) => destination !== undefined),
    reportBlocked(log, "what is to be passed on waits"),
  );
}

/** As long as the sample's interpreter takes to die: its README's message 4 comes before the redelivered message 1. */
const DYING_MS = 100;

/** The sample's crash demonstration: show one message, then die without acknowledging or closing anything. */
async function crash(
  plan: ConsumePlan,
  afterMs: number,
  { intake, rules }: Pick<Supply, "intake" | "rules">,
  session: Session,
  world: World,
): Promise<void> {
  const sink = await openSink(plan.sink, world);
  rules.start(() => intake.isEmpty());
  const stop = AbortSignal.any([world.signal, rules.signal]);
  for await (const batch of until(intake.batches(), stop)) {
    await sink(rules.take(batch.slice(0, 1)));
    await pause(afterMs + DYING_MS, world.signal);
    return session.abandon();
  }
}

/** Wanted or not: the account says what became of them. With --ack-auto, all that was acknowledged has been received. */
function countReceived({ intake, flow, rules }: Supply): number {
  return Math.max(rules.received + flow.mismatches, intake.account.acked);
}

function report(
  plan: ConsumePlan,
  supply: Supply,
  { durationMs, failure }: Ending,
  world: World,
): void {
  const { intake, rules } = supply;
  const { signal, log } = world;
  if (rules.reason && !signal.aborted) log.note(`Stopping: ${rules.reason.text}`);
  // The crash demonstration ends silently.
  if (intake.unshown > 0 && plan.lazyMs === undefined)
    log.warn(
      `--ack-auto has acknowledged messages that may not have been shown: ${intake.unshown}.`,
    );
  // Only the crash demonstration ends without a rule or a failure.
  const reason = reasonFor(failure, rules.reason?.text ?? "--lazy is over", world);
  const end = { durationMs, reason };
  reportReceived(countReceived(supply), intake.account, end, plan.summary, log);
}

function exitCode({ reason, received }: StopRules, failures: number, { signal }: World): number {
  if (reason?.exit === "timeout") return exitCodes.timeout.code;
  if (failures > 0) return exitCodes.handler.code;
  // A run that was stopped early does not know whether the queue is empty.
  const isEmpty = reason?.exit === "empty" && received === 0 && !signal.aborted;
  return isEmpty ? exitCodes.empty.code : exitCodes.done.code;
}
