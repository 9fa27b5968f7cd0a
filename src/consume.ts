// The story of amqp-con: for each batch of deliveries, sink, then settle; until a stop rule.
import { Consumer, type SubscriptionPlan } from "./amqp/consumer.ts";
import { Getter } from "./amqp/getter.ts";
import { Session, type ConnectionPlan } from "./amqp/session.ts";
import type { TopologyPlan } from "./amqp/topology.ts";
import { pause, withGrace } from "./deadline.ts";
import { exitCodes, ReaderGone } from "./errors.ts";
import { openSink, type SinkPlan } from "./sink/index.ts";
import { reportReceived, type SummaryStyle } from "./ui/account.ts";
import { reportSession } from "./ui/session-report.ts";
import type { World } from "./world.ts";

/** What amqp-con was asked to do. */
export interface ConsumePlan {
  readonly connection: ConnectionPlan;
  readonly topology: TopologyPlan;
  readonly warnings: readonly string[];
  readonly subscription: SubscriptionPlan;
  /** Fetch one by one instead of subscribing. */
  readonly get: boolean;
  /** Stop after so many messages. */
  readonly limit: number | undefined;
  /** After the first message wait so long, then die without acknowledging. */
  readonly lazyMs: number | undefined;
  readonly sink: SinkPlan;
  readonly summary: SummaryStyle;
  readonly graceMs: number;
}

/** Runs it. Resolves with the exit code. @throws Failure */
export async function consume(plan: ConsumePlan, world: World): Promise<number> {
  for (const warning of plan.warnings) world.log.warn(warning);
  const consumer = plan.get ? new Getter(plan.subscription) : new Consumer(plan.subscription);
  const session = await Session.open(
    plan.connection,
    plan.topology,
    consumer,
    reportSession(world.log),
    world,
  );
  const stop = (): void => void consumer.stop();
  world.signal.addEventListener("abort", stop, { once: true });
  try {
    if (world.signal.aborted) stop();
    await take(plan, consumer, session, world);
  } catch (error) {
    if (!(error instanceof ReaderGone)) throw error;
  } finally {
    await session.close();
    if (world.signal.aborted) world.log.note("Stopped");
    reportReceived({ received: consumer.progress }, plan.summary, world.log);
  }
  return plan.get && consumer.progress === 0 ? exitCodes.empty.code : exitCodes.done.code;
}

async function take(
  plan: ConsumePlan,
  consumer: Consumer | Getter,
  session: Session,
  world: World,
): Promise<void> {
  const sink = openSink(plan.sink, world.output);
  const limit = plan.lazyMs === undefined ? (plan.limit ?? Infinity) : 1;
  let received = 0;
  for await (const arrived of consumer.batches()) {
    const batch = arrived.slice(0, limit - received);
    const written = await withGrace(sink(batch), world.signal, plan.graceMs);
    if (written === "late") return;
    received += batch.length;
    if (plan.lazyMs !== undefined) return die(plan.lazyMs, session, world);
    // The broker is told to stop before the last acknowledgement frees room for more.
    if (received === limit) await consumer.stop();
    consumer.ack(batch);
    if (received === limit) return;
  }
}

/** The sample's crash demonstration: nothing is acknowledged, nothing is closed. */
async function die(afterMs: number, session: Session, world: World): Promise<void> {
  await pause(afterMs, world.signal);
  session.abandon();
}
