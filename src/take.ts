// From the intake to the work, batch by batch, until a stop rule holds; then what is in hand is finished.
import type { Courier } from "./amqp/publish/courier.ts";
import type { Intake } from "./amqp/consume/intake.ts";
import type { ConsumePlan } from "./consume.ts";
import { sharedGrace, until, within } from "./time/deadline.ts";
import type { Flow } from "./select/flow.ts";
import type { Delivery } from "./message/message.ts";
import type { StopRules } from "./select/stop.ts";
import { openSink } from "./sink/index.ts";
import { openProgress, type ProgressBar } from "./ui/progress.ts";
import { forwarding } from "./work/forward.ts";
import { Handling } from "./work/handler.ts";
import { printing } from "./work/print.ts";
import type { Work } from "./work/work.ts";
import type { World } from "./world.ts";

/** Where the messages of a run come from, and when it ends. */
export interface Supply {
  readonly intake: Intake;
  readonly flow: Flow;
  readonly rules: StopRules;
}

/** What has come of taking them. */
export type Taken = Pick<Work, "failures" | "shortfall">;

/** Works on batches until a rule holds, a signal comes or the session fails; then finishes what is in hand. @throws Failure */
export async function take(
  plan: ConsumePlan,
  supply: Supply,
  courier: Courier | undefined,
  world: World,
): Promise<Taken> {
  const work = await openWork(plan, supply, courier, world);
  const { rules } = supply;
  const progress = openProgress(world, plan.writesOutput, () => rules.received);
  if (plan.stop.count !== undefined) progress?.expect(plan.stop.count, "messages");
  try {
    await workThrough({ plan, supply, work, world, progress });
  } finally {
    progress?.end();
    await work.end?.();
    await supply.intake.end(plan.graceMs);
  }
  return work;
}

/** A run under way. */
interface Taking {
  readonly plan: ConsumePlan;
  readonly supply: Supply;
  readonly work: Work;
  readonly world: World;
  readonly progress: ProgressBar | undefined;
}

async function workThrough(taking: Taking): Promise<void> {
  const { plan, work, world } = taking;
  const { intake, flow, rules } = taking.supply;
  const ends = [world.signal, rules.signal, world.output.failed, work.failed];
  const stop = AbortSignal.any(ends.filter((end) => end !== undefined));
  const hurry = AbortSignal.any([world.signal, rules.hurry, world.output.failed]);
  // From then on the broker sends nothing more, however long the work in hand still takes.
  stop.addEventListener("abort", () => void intake.stop(), { once: true });
  rules.start(
    () => intake.isEmpty(),
    // What waits for its turn (--rate) is still to come. While there is no connection, nothing can arrive.
    () => flow.isWaiting || (work.isBusy ?? false) || intake.unacked === undefined,
  );
  const inTime = sharedGrace(hurry, plan.graceMs);
  const taken = await takeAll(taking, stop, inTime).catch(async (error: unknown) => {
    await outlast(taking);
    throw error;
  });
  if (taken !== "late") {
    // Only what is fetched ends by itself.
    if (!stop.aborted) rules.stopAsEmpty();
    await intake.stop();
    await inTime(finishAll(taking));
  }
  for (const failed of [work.failed, world.output.failed]) failed?.throwIfAborted();
}

/** Finishes what is in hand. @throws Failure */
async function finishAll(taking: Taking): Promise<void> {
  const { plan, work } = taking;
  const { intake, flow } = taking.supply;
  // What the broker has forgotten exists only here.
  if (plan.subscription.ackOnArrival)
    for await (const left of flow.finish(intake.leftovers()))
      await work.take(receive(taking, left));
  await work.finish();
}

/** What of it is still wanted; that is received. */
function receive({ supply, world, progress }: Taking, arrived: readonly Delivery[]) {
  const batch = supply.rules.take(arrived);
  progress?.advance(batch.length, bytesOf(batch));
  world.meter?.received(batch);
  return batch;
}

/** Hands batches to the work until `stop`; "late" when it did not take one in time. @throws Failure */
async function takeAll(
  taking: Taking,
  stop: AbortSignal,
  inTime: ReturnType<typeof sharedGrace>,
): Promise<"late" | void> {
  const { plan, work } = taking;
  const { intake, flow, rules } = taking.supply;
  for await (const arrived of until(flow.through(intake.batches(), intake, stop), stop)) {
    const batch = receive(taking, arrived);
    flow.passOver(batch, rules.reason !== undefined, intake);
    if (isFull(plan, intake)) rules.stopAsFull(intake.held);
    // The broker is told to stop before the last acknowledgement makes room for more.
    if (rules.reason) await intake.stop();
    if ((await inTime(work.take(batch))) === "late") return "late";
  }
}

function bytesOf(batch: readonly Delivery[]): number {
  return batch.reduce((sum, { body }) => sum + body.length, 0);
}

/** Once the session has failed, nothing can be settled and nothing more begins; but what runs may finish, as after a signal. */
async function outlast({ plan, supply, work }: Taking): Promise<void> {
  // Why the run ends is known.
  supply.rules.end();
  await within(plan.graceMs, work.finish()).catch(() => {});
}

/** Nothing more would come: the prefetch is used up by messages that --where does not want, which wait for the end. */
function isFull({ subscription, flow, intake: kind }: ConsumePlan, { held }: Intake): boolean {
  const { prefetch, alsoFrom } = subscription;
  if (kind === "get" || flow.where === undefined) return false;
  // Each queue has a subscription of its own.
  return held >= prefetch * (1 + alsoFrom.length);
}

async function openWork(
  plan: ConsumePlan,
  { intake, rules }: Supply,
  courier: Courier | undefined,
  world: World,
): Promise<Work> {
  if (plan.handler) world.output.watchReader();
  if (plan.handler && courier)
    return Handling.open({ ...plan.handler, graceMs: plan.graceMs }, intake, courier, world);
  // When a run is stopped, what was still under way no longer matters; after a failure nothing more comes.
  const isOver = (): boolean => world.signal.aborted || courier?.failed.aborted === true;
  const giveBack = (): boolean => isOver() || rules.giveBack();
  if (plan.forward && courier) return forwarding(plan.forward, intake, courier, giveBack);
  return printing(await openSink(plan.sink, world), intake, plan);
}
