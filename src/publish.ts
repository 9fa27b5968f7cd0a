// The story of amqp-pub: for each message of the source, publish; wait for the broker; report the account.
import { randomBytes } from "node:crypto";
import type { DeliveryPlan } from "./amqp/delivery-plan.ts";
import type { Account } from "./amqp/ledger.ts";
import { Publisher, type PublishReport } from "./amqp/publisher.ts";
import { Session, type ConnectionPlan } from "./amqp/session.ts";
import type { TopologyPlan } from "./amqp/topology.ts";
import { now } from "./clock.ts";
import { until, withGrace } from "./deadline.ts";
import { exitCodes, Failure, ReaderGone } from "./errors.ts";
import type { Message, Properties } from "./message.ts";
import { stamping } from "./sent-at.ts";
import { openSource, type SourcePlan } from "./source/index.ts";
import type { Envelope } from "./source/source.ts";
import { reportAccount, type SummaryStyle } from "./ui/account.ts";
import { reportSession } from "./ui/session-report.ts";
import { escapeBytes } from "./ui/escape.ts";
import type { World } from "./world.ts";

/** What amqp-pub was asked to do. */
export interface PublishPlan {
  readonly connection: ConnectionPlan;
  readonly topology: TopologyPlan;
  readonly warnings: readonly string[];
  readonly source: SourcePlan;
  readonly exchange: string;
  /** Undefined: the name of the declared queue. */
  readonly routingKey: string | undefined;
  readonly properties: Properties;
  readonly delivery: DeliveryPlan;
  /** Put the time of sending into a header. */
  readonly latencyHeader: boolean;
  readonly quiet: boolean;
  readonly summary: SummaryStyle;
  readonly graceMs: number;
}

/** Runs it. Resolves with the exit code. @throws Failure after the account was reported */
export async function publish(plan: PublishPlan, world: World): Promise<number> {
  for (const warning of plan.warnings) world.log.warn(warning);
  const startedAt = now();
  const publisher = new Publisher(plan.delivery, reportPublish(plan, world));
  world.meter?.watch({
    open: () => (plan.delivery.confirm ? publisher.open : undefined),
    account: () => ({ ...publisher.account }),
  });
  let failure: unknown;
  try {
    await run(plan, publisher, world);
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    if (world.signal.aborted) world.log.note("Stopped");
    const { account } = publisher;
    const ending = { durationMs: Math.round(now() - startedAt), reason: endingOf(failure, world) };
    reportAccount(account, ending, isDelivered(account, plan.delivery), plan.summary, world.log);
  }
  return isDelivered(publisher.account, plan.delivery)
    ? exitCodes.done.code
    : exitCodes.undelivered.code;
}

async function run(plan: PublishPlan, publisher: Publisher, world: World): Promise<void> {
  const { connection, topology } = plan;
  const report = reportSession(world.log);
  const session = await Session.open(connection, topology, publisher, report, world);
  try {
    await feed(plan, publisher, session.queue, world);
  } finally {
    await finish(plan, publisher, session, world);
  }
}

/** Hands every message of the source to the publisher, as fast as it has room. */
async function feed(
  plan: PublishPlan,
  publisher: Publisher,
  queue: string,
  world: World,
): Promise<void> {
  const stop = AbortSignal.any([world.signal, publisher.failed, world.output.failed]);
  const { exchange, properties } = plan;
  const envelope: Envelope = { exchange, routingKey: plan.routingKey ?? queue, properties };
  const identify = plan.delivery.confirm ? numbering() : (message: Message) => message;
  const prepare = plan.latencyHeader ? stamping(identify) : identify;
  const source = openSource(plan.source)(envelope, { stdin: world.stdin, stop });
  world.signal.addEventListener("abort", () => publisher.stop(), { once: true });
  for await (const batch of until(source, stop)) {
    for (const message of batch) {
      await publisher.room();
      if (stop.aborted) return;
      publisher.publish(prepare(message), world.meter?.now());
    }
    if (world.output.isFull) await world.output.flush();
  }
}

/** Waits until everything is settled, then closes; on every way out. */
async function finish(
  plan: PublishPlan,
  publisher: Publisher,
  session: Session,
  world: World,
): Promise<void> {
  try {
    await withGrace(publisher.finish(), world.signal, plan.graceMs);
  } finally {
    await session.close();
    await world.output.flush().catch(ignoreReaderGone);
  }
}

/** Why the run has ended, for the account. */
function endingOf(failure: unknown, { signal, output }: World): string {
  if (signal.aborted) return "signal";
  if (failure instanceof Failure) return failure.message.trim();
  return output.failed.aborted ? "standard output was closed" : "end of input";
}

function isDelivered({ returned, nacked, unconfirmed }: Account, delivery: DeliveryPlan): boolean {
  return nacked === 0 && unconfirmed === 0 && (returned === 0 || !delivery.mandatory);
}

/** What may be sent twice gets a message-id, so that a consumer can tell (RabbitMQ's reliability guide). */
function numbering(): (message: Message) => Message {
  const prefix = randomBytes(9).toString("base64url");
  let count = 0;
  return (message) => {
    if (message.properties.messageId !== undefined) return message;
    return { ...message, properties: { ...message.properties, messageId: `${prefix}-${++count}` } };
  };
}

const label = Buffer.from("Sent: ");
const newline = Buffer.from("\n");

function reportPublish(plan: PublishPlan, { output, log, meter }: World): PublishReport {
  let warned = false;
  const show = (body: Buffer): Buffer =>
    output.isTerminal ? Buffer.from(escapeBytes(body)) : body;
  return {
    sent: ({ body }, takenAt) => {
      meter?.published(body.length, takenAt);
      if (!plan.quiet) output.queue(label, show(body), newline);
    },
    returned: (message, { code, text }) => {
      const where = `exchange "${message.exchange}", key "${message.routingKey}"`;
      if (plan.delivery.mandatory) log.note(`Returned: ${code} ${text} (${where})`);
      else if (!warned)
        log.warn(`the broker has no queue for messages to ${where}; they are counted as returned`);
      warned = true;
    },
    nacked: ({ exchange, routingKey }) =>
      log.warn(
        `the broker refused a message (nack) to exchange "${exchange}", key "${routingKey}"`,
      ),
    blocked: (reason) =>
      log.warn(`the broker takes no messages at the moment (${reason}); waiting`),
    unblocked: () => log.note("the broker takes messages again"),
  };
}

function ignoreReaderGone(error: unknown): void {
  if (!(error instanceof ReaderGone)) throw error;
}
