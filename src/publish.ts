// The story of amqp-pub: for each message of the source, publish; wait for the broker; report the account.
import type { PublisherPlan } from "./amqp/publish/publisher-plan.ts";
import type { Account } from "./amqp/publish/ledger.ts";
import { Publisher } from "./amqp/publish/publisher.ts";
import { Session } from "./amqp/session/session.ts";
import { withGrace } from "./time/deadline.ts";
import { type Ending, accounted } from "./ending.ts";
import { exitCodes, ReaderGone } from "./errors.ts";
import { feed } from "./feed.ts";
import { endOf, type SendingPlan, Skips } from "./sending.ts";
import { checkInput } from "./source/index.ts";
import { checkTemplates } from "./source/template.ts";
import { reportAccount } from "./ui/account.ts";
import { reportPublish } from "./ui/publish-report.ts";
import { reportSession } from "./ui/session-report.ts";
import type { Environment, World } from "./world.ts";

/** What amqp-pub was asked to do. */
export interface PublishPlan extends SendingPlan {
  readonly publisher: PublisherPlan;
  /** Put the time of sending into a header. */
  readonly latencyHeader: boolean;
  /** No line for each message on standard output. */
  readonly quiet: boolean;
}

/** Runs it. Resolves with the exit code. @throws Failure after the account was reported */
export async function publish(plan: PublishPlan, world: World): Promise<number> {
  await checkInput(plan.source);
  for (const warning of plan.warnings) world.log.warn(warning);
  const publisher = new Publisher(plan.publisher, reportPublish(plan, world));
  const skips = new Skips(plan, world.log);
  world.meter?.watch({
    open: () => (plan.publisher.confirm ? publisher.open : undefined),
    account: () => ({ ...publisher.account, ...skips.account }),
  });
  return await accounted(
    () => run(plan, publisher, skips, world),
    (ending) => report(plan, publisher.account, skips, ending, world),
    world,
  );
}

async function run(
  plan: PublishPlan,
  publisher: Publisher,
  skips: Skips,
  world: World,
): Promise<number> {
  const { connection, topology, exchange, properties } = plan;
  const said = reportSession(world.log);
  const session = await Session.open(connection, topology, publisher, said, world);
  try {
    const envelope = { exchange, routingKey: plan.routingKey ?? session.queue, properties };
    await feed(plan, envelope, publisher, skips, world);
  } finally {
    await finish(plan, publisher, session, world);
  }
  const { done, undelivered } = exitCodes;
  return isDelivered(publisher.account, plan.publisher) ? done.code : undelivered.code;
}

/** The texts that were typed, before anything is opened. @throws UsageError */
export function checkTexts(
  { shape, source, routingKey = "", properties }: SendingPlan,
  env: Environment,
): void {
  if (shape.template)
    checkTemplates([source.text ?? "", routingKey], properties.headers ?? {}, env);
}

/** Waits until everything is settled and shown, then closes, and takes what the broker has said by then; on every way out. */
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
    publisher.detach();
  }
}

/** A script that takes a failure for "nothing has happened" would send again what was sent. */
function report(
  { publisher, summary }: PublishPlan,
  account: Account,
  skips: Skips,
  ending: Ending,
  world: World,
): void {
  const { failure } = ending;
  const isCutShort = account.read > 0 && failure !== undefined && !(failure instanceof ReaderGone);
  const isDone = isDelivered(account, publisher) && account.returned === 0 && !isCutShort;
  reportAccount(account, endOf(ending, skips, world), isDone, summary, world.log);
}

function isDelivered(account: Account, { mandatory }: PublisherPlan): boolean {
  const { returned, nacked, unconfirmed, handedOver = 0 } = account;
  return nacked === 0 && unconfirmed === handedOver && (returned === 0 || !mandatory);
}

function ignoreReaderGone(error: unknown): void {
  if (!(error instanceof ReaderGone)) throw error;
}
