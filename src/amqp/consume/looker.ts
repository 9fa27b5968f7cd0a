// How messages come in that are only looked at (--peek). A subscription is the only way that keeps the order of a quorum queue:
// it takes each message that was fetched with basic.get for that of another consumer, and puts them back in any order. But a
// subscription ends a queue that lives only as long as it has subscribers, and gets nothing where another one is the only
// active one: there, messages are fetched.
import type { Delivery } from "../../message/message.ts";
import { Consumer } from "./consumer.ts";
import { Getter } from "./getter.ts";
import { queuesOf, type Intake, type IntakeAccount, type SubscriptionPlan } from "./intake.ts";
import type { Link } from "../session/link.ts";
import { toFailure } from "../session/refusal.ts";
import type { Verdict } from "./verdicts.ts";

/** Decides on the first link that lasts long enough, and is a Consumer or a Getter from then on. */
export class Looker implements Intake {
  readonly channelKind = "plain";
  readonly isDrained = false;
  readonly #plan: SubscriptionPlan;
  /** Until it is decided, nothing has come in. */
  #intake: Intake;
  #isDecided = false;
  #stopping = false;
  #decided: () => void = () => {};
  readonly #deciding = new Promise<void>((resolve) => {
    this.#decided = resolve;
  });

  constructor(plan: SubscriptionPlan) {
    this.#plan = plan;
    this.#intake = new Getter(plan);
  }

  get account(): IntakeAccount {
    return this.#intake.account;
  }

  get unshown(): number {
    return this.#intake.unshown;
  }

  get held(): number {
    return this.#intake.held;
  }

  get unacked(): number | undefined {
    return this.#intake.unacked;
  }

  get progress(): number {
    return this.#intake.progress;
  }

  get settledOffset(): bigint | undefined {
    return this.#intake.settledOffset;
  }

  async *batches(): AsyncGenerator<readonly Delivery[], void, void> {
    await this.#deciding;
    yield* this.#intake.batches();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#intake.stop();
    this.#decided();
  }

  leftovers(): readonly Delivery[] {
    return this.#intake.leftovers();
  }

  async isOfStream(delivery: Delivery): Promise<boolean> {
    return this.#intake.isOfStream(delivery);
  }

  holds(delivery: Delivery): boolean {
    return this.#intake.holds(delivery);
  }

  settle(batch: readonly Delivery[], verdict: Verdict, as?: keyof IntakeAccount): void {
    this.#intake.settle(batch, verdict, as);
  }

  async end(patienceMs: number): Promise<void> {
    await this.#intake.end(patienceMs);
  }

  async giveBack(): Promise<boolean> {
    return (await this.#intake.giveBack?.()) ?? false;
  }

  async isEmpty(): Promise<boolean> {
    return this.#intake.isEmpty();
  }

  async attach(link: Link): Promise<void> {
    if (!this.#isDecided)
      this.#intake = new ((await maySubscribe(link, this.#plan)) ? Consumer : Getter)(this.#plan);
    // A stop in the meantime has only reached what this was before.
    if (this.#stopping) await this.#intake.stop();
    await this.#intake.attach(link);
    this.#isDecided = true;
    this.#decided();
  }

  detach(): void {
    this.#intake.detach();
  }

  fail(failure: Parameters<Intake["fail"]>[0]): void {
    this.#intake.fail(failure);
    this.#decided();
  }
}

async function maySubscribe(link: Link, plan: SubscriptionPlan): Promise<boolean> {
  // Without a limit, a quorum queue would stop at 2,000.
  if (plan.prefetch === Infinity) return false;
  for (const queue of queuesOf(plan, link)) {
    const { consumerCount } = await link.channel.checkQueue(queue);
    if (consumerCount > 0 || !(await isLasting(link, queue))) return false;
  }
  return true;
}

/** No queue has this argument, and none can get it: its value must be a number. */
const impossible = { "x-max-length": "none" };

/** The broker first compares whether a queue is durable and outlives its consumers; only then its arguments. */
const otherArguments = /inequivalent arg 'x-/;

/**
 * Does the queue outlive its subscribers? Declared in a way that no queue can be, it is refused, and the broker names the first
 * thing that differs. Any other refusal, as of a user who may not declare the queue or of a second channel, tells nothing of the
 * queue, and counts as no. A stream is not a queue to look into. @throws Failure when the link was lost: the next one is asked
 */
async function isLasting({ connection }: Link, queue: string): Promise<boolean> {
  try {
    const channel = await connection.openChannel("plain");
    channel.on("error", () => {});
    await channel.assertQueue(queue, { durable: true, autoDelete: false, arguments: impossible });
    return false;
  } catch (error) {
    const failure = toFailure(error, connection.target);
    if (failure.passing) throw failure;
    const { message } = failure;
    return otherArguments.test(message) && !/current is (the value )?'stream'/.test(message);
  }
}
