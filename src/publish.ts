// The story of amqp-pub: for each message of the source, publish; wait for the broker; report the account.
import type { PublisherPlan } from "./amqp/publisher-plan.ts";
import type { Account } from "./amqp/ledger.ts";
import { Publisher } from "./amqp/publisher.ts";
import { Session, type ConnectionPlan } from "./amqp/session.ts";
import type { TopologyPlan } from "./amqp/topology.ts";
import { now } from "./clock.ts";
import { withGrace } from "./deadline.ts";
import { exitCodes, Failure, ReaderGone } from "./errors.ts";
import { feed, type FeedPlan, type Skips } from "./feed.ts";
import type { Properties } from "./message/message.ts";
import { checkInput } from "./source/index.ts";
import { checkTemplates } from "./source/template.ts";
import { reportAccount, type SummaryStyle } from "./ui/account.ts";
import { reportPublish } from "./ui/publish-report.ts";
import { reportSession } from "./ui/session-report.ts";

import type { Environment, World } from "./world.ts";

/** What amqp-pub was asked to do. */
export interface PublishPlan extends FeedPlan {
  readonly connection: ConnectionPlan;
  readonly topology: TopologyPlan;
  readonly warnings: readonly string[];
  readonly exchange: string;
  /** Undefined: the name of the declared queue. */
  readonly routingKey: string | undefined;
  readonly properties: Properties;
  readonly delivery: PublisherPlan;
  readonly summary: SummaryStyle;
  readonly graceMs: number;
}

/** Runs it. Resolves with the exit code. @throws Failure after the account was reported */
export async function publish(plan: PublishPlan, world: World): Promise<number> {
  await checkInput(plan.source);
  for (const warning of plan.warnings) world.log.warn(warning);
  const startedAt = now();
  const skips: Skips = { count: 0 };
  const publisher = new Publisher(plan.delivery, reportPublish(plan, world));
  world.meter?.watch({
    open: () => (plan.delivery.confirm ? publisher.open : undefined),
    account: () => ({ ...publisher.account }),
  });
  let failure: unknown;
  try {
    await run(plan, publisher, skips, world);
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    if (world.signal.aborted) world.log.note("Stopped");
    const { account } = publisher;
    const skipped = plan.onBadRecord === "skip" ? skips.count : undefined;
    const end = {
      durationMs: Math.round(now() - startedAt),
      reason: endingOf(failure, world),
      skipped,
    };
    // A script that takes the failure for "nothing has happened" would send again what was sent.
    const isCutShort =
      account.read > 0 && failure !== undefined && !(failure instanceof ReaderGone);
    const isDone = isDelivered(account, plan.delivery) && !isCutShort;
    reportAccount(account, end, isDone, plan.summary, world.log);
  }
  return isDelivered(publisher.account, plan.delivery)
    ? exitCodes.done.code
    : exitCodes.undelivered.code;
}

async function run(
  plan: PublishPlan,
  publisher: Publisher,
  skips: Skips,
  world: World,
): Promise<void> {
  const { connection, topology, exchange, properties } = plan;
  const report = reportSession(world.log);
  const session = await Session.open(connection, topology, publisher, report, world);
  try {
    const envelope = { exchange, routingKey: plan.routingKey ?? session.queue, properties };
    await feed(plan, envelope, publisher, skips, world);
  } finally {
    await finish(plan, publisher, session, world);
  }
}

/** The texts that were typed, before anything is opened. @throws UsageError */
export function checkTexts(
  { shape, source, routingKey = "", properties }: PublishPlan,
  env: Environment,
): void {
  const text = source.kind === "message" ? source.text : "";
  if (shape.template) checkTemplates([text, routingKey], properties.headers ?? {}, env);
}

/** Waits until everything is settled and shown, then closes; on every way out. */
async function finish(
  plan: PublishPlan,
  publisher: Publisher,
  session: Session,
  world: World,
): Promise<void> {
  const settle = async (): Promise<void> => {
    try {
      await publisher.finish();
    } finally {
      await world.output.flush().catch(ignoreReaderGone);
    }
  };
  try {
    await withGrace(settle(), world.signal, plan.graceMs);
  } finally {
    await session.close();
  }
}

/** Why the run has ended, for the account. */
export function endingOf(failure: unknown, { signal, output }: World): string {
  if (signal.aborted) return "signal";
  if (failure instanceof Failure) return failure.message.trim();
  return output.failed.aborted ? "standard output was closed" : "end of input";
}

function isDelivered({ returned, nacked, unconfirmed }: Account, delivery: PublisherPlan): boolean {
  return nacked === 0 && unconfirmed === 0 && (returned === 0 || !delivery.mandatory);
}

function ignoreReaderGone(error: unknown): void {
  if (!(error instanceof ReaderGone)) throw error;
}
