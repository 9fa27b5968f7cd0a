// The story of amqp-con: for each batch of deliveries, work on it and settle it; until a stop rule holds.
import { Consumer } from "./amqp/consumer.ts";
import { beside, Courier, type Destination } from "./amqp/courier.ts";
import { Getter } from "./amqp/getter.ts";
import type { Intake, SubscriptionPlan } from "./amqp/intake.ts";
import { Session, type ConnectionPlan } from "./amqp/session.ts";
import type { Verdict } from "./amqp/settlement.ts";
import type { TopologyPlan } from "./amqp/topology.ts";
import { pause, until, withGrace } from "./deadline.ts";
import { exitCodes, ReaderGone } from "./errors.ts";
import { Flow, type FlowPlan } from "./select/flow.ts";
import { OffsetFile } from "./select/offset-file.ts";
import { openSink, type SinkPlan } from "./sink/index.ts";
import { StopRules, type StopPlan } from "./select/stop.ts";
import { reportReceived, type SummaryStyle } from "./ui/account.ts";
import { reportSession } from "./ui/session-report.ts";
import { reportPassing } from "./ui/passing-report.ts";
import { forwarding } from "./work/forward.ts";
import { checkCommand, Handling, type HandlerPlan } from "./work/handler.ts";
import { printing } from "./work/print.ts";
import type { Work } from "./work/work.ts";
import type { World } from "./world.ts";

/** What amqp-con was asked to do. */
export interface ConsumePlan {
  readonly connection: ConnectionPlan;
  readonly topology: TopologyPlan;
  readonly warnings: readonly string[];
  readonly subscription: SubscriptionPlan;
  /** Fetch one by one instead of subscribing. */
  readonly get: boolean;
  readonly stop: StopPlan;
  /** That there was nothing is told by the exit code. */
  readonly mayBeEmpty: boolean;
  /** What becomes of a message that was shown. */
  readonly verdict: Verdict;
  /** After the first message wait so long, then die without acknowledging or closing. */
  readonly lazyMs: number | undefined;
  /** What happens to messages before they are shown, handled or passed on. */
  readonly flow: FlowPlan;
  readonly offsetFile: string | undefined;
  /** Pretend to work so long on each message shown: the shortest and the longest time. */
  readonly workMs: readonly [number, number] | undefined;
  readonly sink: SinkPlan;
  /** Run a program for each message instead of showing it. */
  readonly handler: HandlerPlan | undefined;
  /** Publish each message on instead of showing it. */
  readonly forward: Destination | undefined;
  readonly summary: SummaryStyle;
  readonly graceMs: number;
}

/** Runs it. Resolves with the exit code. @throws Failure after the account was reported */
export async function consume(plan: ConsumePlan, world: World): Promise<number> {
  for (const warning of plan.warnings) world.log.warn(warning);
  if (plan.handler) checkCommand(plan.handler, world.env);
  const courier = openCourier(plan, world);
  const flow = await Flow.open(plan.flow, world.log);
  const offsets = openOffsets(plan);
  const subscription = goOnAt(plan.subscription, offsets?.next);
  const intake = plan.get ? new Getter(subscription) : new Consumer(subscription);
  const rules = new StopRules(plan.stop);
  world.meter?.watch({
    open: () => intake.unacked,
    account: () => ({ received: countReceived(flow, rules), ...intake.account }),
  });
  rules.startTimeout();
  const patience = { ...world, signal: AbortSignal.any([world.signal, rules.signal]) };
  const session = await Session.open(
    plan.connection,
    plan.topology,
    courier ? beside(courier, intake) : intake,
    reportSession(world.log),
    patience,
  ).catch((error: unknown) => {
    rules.end();
    if (rules.reason) return undefined;
    throw error;
  });
  if (!session) {
    report(plan, { intake, flow, rules }, world);
    return exitCode(plan, rules, 0);
  }
  const stopSaving = offsets?.watch(() => intake.settledOffset, world.log);
  let failures = 0;
  try {
    if (plan.lazyMs === undefined)
      failures = await take(plan, { intake, flow, rules }, courier, world);
    else await crash(plan, plan.lazyMs, { intake, rules }, session, world);
  } catch (error) {
    if (!(error instanceof ReaderGone)) throw error;
    return exitCodes.done.code;
  } finally {
    rules.end();
    await session.close();
    report(plan, { intake, flow, rules }, world);
    stopSaving?.();
  }
  return exitCode(plan, rules, failures);
}

function openOffsets({ offsetFile, subscription }: ConsumePlan): OffsetFile | undefined {
  return offsetFile === undefined ? undefined : new OffsetFile(offsetFile, subscription.queue);
}

function goOnAt(subscription: SubscriptionPlan, number: bigint | undefined): SubscriptionPlan {
  return number === undefined ? subscription : { ...subscription, stream: { start: { number } } };
}

/** Where the messages of a run come from, and when it ends. */
interface Feed {
  readonly intake: Intake;
  readonly flow: Flow;
  readonly rules: StopRules;
}

/** What publishes on the consumer's connection, where something is to be published. */
function openCourier(plan: ConsumePlan, { log }: World): Courier | undefined {
  if (!plan.handler && !plan.forward) return undefined;
  const destinations = [plan.forward, plan.handler?.aftermath.deadLetter];
  return new Courier(
    destinations.filter((destination) => destination !== undefined),
    reportPassing(log),
  );
}

/**
 * Works on batches until a rule holds, a signal comes or the session fails; then finishes what is in hand. Resolves with
 * the number of messages that have failed for good.
 */
async function take(
  plan: ConsumePlan,
  source: Feed,
  courier: Courier | undefined,
  world: World,
): Promise<number> {
  const work = await openWork(plan, source.intake, courier, world);
  try {
    await feed(plan, source, work, world);
  } finally {
    await work.end?.();
    await source.intake.end();
  }
  return work.failures ?? 0;
}

async function feed(
  plan: ConsumePlan,
  { intake, flow, rules }: Feed,
  work: Work,
  world: World,
): Promise<void> {
  const ends = [world.signal, rules.signal, world.output.failed, work.failed];
  const stop = AbortSignal.any(ends.filter((end) => end !== undefined));
  const hurry = AbortSignal.any([world.signal, rules.hurry, world.output.failed]);
  // The broker sends nothing more from then on, however long what is in hand still takes.
  stop.addEventListener("abort", () => void intake.stop(), { once: true });
  // What has arrived and waits for its turn (--rate) is still to come.
  rules.start(
    async () => !flow.isWaiting && (await intake.isEmpty()) && !flow.isWaiting,
    // While there is no connection, nothing can arrive.
    () => flow.isWaiting || (work.isBusy ?? false) || intake.unacked === undefined,
  );
  for await (const arrived of until(flow.through(intake.batches(), intake, stop), stop)) {
    const batch = rules.take(arrived);
    // Behind the last message of the run, and behind one that waits for its turn, nothing is passed over.
    const isAll = !rules.reason && !flow.isWaiting;
    flow.passOver(isAll ? Infinity : (batch.at(-1)?.deliveryTag ?? 0), intake);
    if (isFull(plan, intake)) rules.stopFor(`--prefetch holds no more: ${intake.held} are held`);
    world.meter?.received(batch);
    // The broker is told to stop before the last acknowledgement makes room for more.
    if (rules.reason) await intake.stop();
    if ((await withGrace(work.take(batch), hurry, plan.graceMs)) === "late") return;
  }
  const emptied = plan.stop.untilEmpty ?? "--get";
  if (plan.get && !stop.aborted) rules.stopFor(`the queue is empty (${emptied})`);
  await intake.stop();
  const finish = async (): Promise<void> => {
    // Nobody else has what the broker has forgotten.
    if (plan.subscription.ackOnArrival)
      await work.take(rules.take(await flow.finish(intake.leftovers())));
    await work.finish();
  };
  await withGrace(finish(), hurry, plan.graceMs);
  world.output.failed.throwIfAborted();
}

/** Nothing more would come: as many as the broker sends at most wait for the end, for --where does not want them. */
function isFull({ subscription, flow, get }: ConsumePlan, { held }: Intake): boolean {
  const { prefetch, alsoFrom } = subscription;
  if (get || flow.where === undefined) return false;
  // Each queue has a subscription of its own.
  return prefetch > 0 && held >= prefetch * (1 + alsoFrom.length);
}

async function openWork(
  plan: ConsumePlan,
  intake: Intake,
  courier: Courier | undefined,
  world: World,
): Promise<Work> {
  if (plan.handler) world.output.watchReader();
  if (plan.handler && courier) return Handling.open(plan.handler, intake, courier, world);
  if (plan.forward && courier) return forwarding(plan.forward, intake, courier);
  return printing(await openSink(plan.sink, world), intake, plan, world.log);
}

/** So long the sample's interpreter takes to die: its README's message 4 comes before the redelivered message 1. */
const DYING_MS = 100;

/** The sample's crash demonstration: show one message, then die without acknowledging or closing anything. */
async function crash(
  plan: ConsumePlan,
  afterMs: number,
  { intake, rules }: Pick<Feed, "intake" | "rules">,
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

/** Wanted or not: what became of them is in the account. */
function countReceived(flow: Flow, rules: StopRules): number {
  return rules.received + flow.mismatches;
}

function report(plan: ConsumePlan, { intake, flow, rules }: Feed, { log, signal }: World): void {
  const reason = signal.aborted ? "signal" : rules.reason?.text;
  if (signal.aborted) log.note("Stopped");
  else if (rules.reason) log.note(`Stopping: ${rules.reason.text}`);
  reportReceived(countReceived(flow, rules), intake.account, reason, plan.summary, log);
}

function exitCode(plan: ConsumePlan, rules: StopRules, failures: number): number {
  if (rules.reason?.ending === "timeout") return exitCodes.timeout.code;
  if (failures > 0) return exitCodes.handler.code;
  return rules.received === 0 && plan.mayBeEmpty ? exitCodes.empty.code : exitCodes.done.code;
}
