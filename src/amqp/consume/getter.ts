// Fetches messages one by one (basic.get) until the queue is empty; several queues one after the other.
import { pause, within } from "../../time/deadline.ts";
import { Refused, type Failure } from "../../errors.ts";
import { Waiting } from "../../time/waiting.ts";
import type { Delivery } from "../../message/message.ts";
import { queuesOf, type Intake, type IntakeAccount, type SubscriptionPlan } from "./intake.ts";
import type { Link } from "../session/link.ts";
import { toDeliveryOrDrop } from "../wire/received.ts";
import type { Verdict } from "./verdicts.ts";
import { Settler } from "./settler.ts";

/** How often an empty queue is asked while messages are worked on. */
const LOOK_AGAIN_MS = 50;
/** What is in hand is finished afterwards, also when the broker is silent. */
const ANSWER_MS = 1000;

export class Getter implements Intake {
  readonly channelKind = "plain";
  readonly isDrained = false;
  readonly #plan: SubscriptionPlan;
  readonly #settler: Settler;
  #link: Link | undefined;
  readonly #changes = new Waiting();
  #failure: Failure | undefined;
  #stopping = false;
  /** What was asked for last, answered or not; never rejects. */
  #asked: Promise<unknown> = Promise.resolve();

  constructor(plan: SubscriptionPlan) {
    this.#plan = plan;
    this.#settler = new Settler(plan);
  }

  get account(): IntakeAccount {
    return this.#settler.account;
  }

  get unshown(): number {
    return 0;
  }

  get held(): number {
    return this.#settler.held;
  }

  get unacked(): number | undefined {
    return this.#settler.unacked;
  }

  get settledOffset(): undefined {
    return undefined;
  }

  get progress(): number {
    return this.#settler.progress;
  }

  /** One message a batch; ends when the queue is empty. @throws Failure */
  async *batches(): AsyncGenerator<readonly Delivery[], void, void> {
    for (let empty = 0; empty <= this.#plan.alsoFrom.length;) {
      const link = await this.#live();
      if (!link) return;
      const queue = queuesOf(this.#plan, link)[empty] ?? link.queue;
      const asked = link.channel.get(queue, { noAck: false }).catch(() => "lost" as const);
      this.#asked = asked;
      const got = await asked;
      if (got === false) {
        // What is worked on may be put back.
        const mayComeBack = this.#settler.undecided > 0;
        if (mayComeBack) await pause(LOOK_AGAIN_MS);
        empty = mayComeBack ? 0 : empty + 1;
        continue;
      }
      const delivery = got === "lost" ? undefined : toDeliveryOrDrop(got, link, queue);
      if (delivery) {
        this.#settler.arrived(delivery);
        yield [delivery];
      } else {
        await this.#replaced(link);
        // What was in hand is in its queue again.
        empty = 0;
      }
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#changes.wake();
    // What still comes goes back with the rest.
    await within(ANSWER_MS, this.#asked);
  }

  leftovers(): readonly Delivery[] {
    return [];
  }

  /** A stream has no basic.get. */
  async isOfStream(): Promise<boolean> {
    return false;
  }

  holds(delivery: Delivery): boolean {
    return this.#settler.holds(delivery);
  }

  settle(batch: readonly Delivery[], verdict: Verdict, as?: keyof IntakeAccount): void {
    this.#settler.settle(batch, verdict, as);
  }

  async end(): Promise<void> {
    await this.stop();
    // Each message was waited for, so the broker has taken in what was settled before it.
    await this.#settler.end(0, false);
  }

  /** `batches` ends by itself when the queue is empty. */
  async isEmpty(): Promise<boolean> {
    return false;
  }

  async attach(link: Link): Promise<void> {
    this.#link = link;
    this.#settler.attach(link);
    this.#changes.wake();
  }

  detach(): void {
    this.#link = undefined;
    this.#settler.detach();
  }

  fail(failure: Failure): void {
    const { streamRefusal } = this.#plan;
    this.detach();
    this.#failure = isOfStream(failure) ? (streamRefusal ?? failure) : failure;
    this.#changes.wake();
  }

  /** The link in use; waits for one. Undefined when stopped. @throws Failure */
  async #live(): Promise<Link | undefined> {
    await this.#changes.until(() => this.#isOver || this.#link !== undefined);
    if (this.#stopping) return undefined;
    if (this.#failure) throw this.#failure;
    return this.#link;
  }

  async #replaced(link: Link): Promise<void> {
    await this.#changes.until(() => this.#isOver || this.#link !== link);
    if (this.#failure) throw this.#failure;
  }

  get #isOver(): boolean {
    return this.#stopping || this.#failure !== undefined;
  }
}

/** Has the broker refused to fetch from a stream? */
function isOfStream(failure: Failure): boolean {
  return (
    failure instanceof Refused && /basic\.get not supported by stream/.test(failure.reply.text)
  );
}
