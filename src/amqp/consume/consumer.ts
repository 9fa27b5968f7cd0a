// A subscription as batches of deliveries: whatever has arrived since the last batch.
import type { ConsumeMessage } from "amqplib";
import { Cancelled, Undecodable, type Failure } from "../../errors.ts";
import type { Delivery } from "../../message/message.ts";
import { within } from "../../time/deadline.ts";
import { Waiting } from "../../time/waiting.ts";
import { openBrake, type Brake } from "./brake.ts";
import { closeChannel } from "../session/connection.ts";
import { queuesOf, type Intake, type IntakeAccount, type SubscriptionPlan } from "./intake.ts";
import type { Link } from "../session/link.ts";
import { Depths, leaderless } from "./depths.ts";
import { Missing } from "./missing.ts";
import { toDelivery } from "../wire/received.ts";
import type { Verdict } from "./verdicts.ts";
import { STREAM_OFFSET } from "./stream.ts";
import { StreamQueues } from "./stream-queues.ts";
import { Settler } from "./settler.ts";
import { GIVING_BACK_MS, Subscriptions } from "./subscriptions.ts";
import { Sweeper } from "./sweeper.ts";

export class Consumer implements Intake {
  readonly channelKind = "plain";
  readonly isDrained = false;
  readonly #plan: SubscriptionPlan;
  readonly #settler: Settler;
  readonly #sweeper = new Sweeper();
  readonly #streams = new StreamQueues();
  readonly #missing = new Missing();
  readonly #depths = new Depths();
  #link: Link | undefined;
  #subscriptions: Subscriptions | undefined;
  #arrived: Delivery[] = [];
  /** How many of these, from the front, the broker has forgotten already. */
  #forgotten = 0;
  #brake: Brake | undefined;
  /** The latest answer that what has arrived waits for, come or not. */
  #awaited: Promise<boolean> | undefined;
  #isTurnEnding = false;
  #isSubscribed = false;
  readonly #changes = new Waiting();
  #failure: Failure | undefined;
  #stopping = false;
  #undecodable: Undecodable | undefined;

  constructor(plan: SubscriptionPlan) {
    this.#plan = plan;
    this.#settler = new Settler(plan);
  }

  get account(): IntakeAccount {
    return this.#settler.account;
  }

  get unshown(): number {
    return this.#settler.unshown;
  }

  get held(): number {
    return this.#settler.held;
  }

  get unacked(): number | undefined {
    return this.#isSubscribed ? this.#settler.unacked : undefined;
  }

  get progress(): number {
    return this.#settler.progress;
  }

  get settledOffset(): bigint | undefined {
    return this.#settler.position?.settled;
  }

  async *batches(): AsyncGenerator<readonly Delivery[], void, void> {
    for (;;) {
      const isOver = (): boolean => this.#stopping || !!(this.#failure ?? this.#undecodable);
      await this.#changes.until(() => this.#arrived.length > 0 || isOver());
      if (this.#stopping) return;
      if (this.#arrived.length > 0) yield this.#handOut();
      else if (this.#failure) throw this.#failure;
      else if (this.#undecodable) await this.#drop(this.#undecodable);
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    // What has arrived and is not forgotten goes back, and so does what still arrives.
    this.#arrived.length = this.#forgotten;
    this.#brake?.release();
    this.#changes.wake();
    this.#settler.stop();
    // The end of the subscription would make the next consumer active before what is in hand is finished.
    if (!this.#plan.handsOver) await this.#subscriptions?.cancel();
  }

  leftovers(): readonly Delivery[] {
    return this.#handOut();
  }

  async isOfStream({ queue }: Delivery): Promise<boolean> {
    const known = this.#plan.stream !== undefined || this.#streams.known(queue);
    if (known !== undefined) return known;
    this.#awaited = this.#streams.has(queue);
    return this.#brake?.liftFor(this.#awaited) ?? this.#awaited;
  }

  holds(delivery: Delivery): boolean {
    return this.#settler.holds(delivery);
  }

  settle(batch: readonly Delivery[], verdict: Verdict, as?: keyof IntakeAccount): void {
    this.#settler.settle(batch, verdict, as);
  }

  async end(patienceMs: number): Promise<void> {
    await this.stop();
    const answerMs = await this.#subscriptions?.end(this.#settler.leavesRest());
    // Nothing may arrive behind what is put back.
    if (this.#settler.putsBack) await this.#subscriptions?.drained(patienceMs);
    const isStream = this.#plan.stream !== undefined || (await this.#streams.hasAny());
    await this.#settler.end(answerMs ?? 0, isStream);
  }

  async giveBack(): Promise<boolean> {
    if (this.#stopping || !this.#subscriptions || !this.#settler.putsBack) return false;
    await within(GIVING_BACK_MS, this.end(GIVING_BACK_MS));
    return true;
  }

  async isEmpty(): Promise<boolean> {
    const link = this.#link;
    if (!link || this.#missing.isAwaited || this.#arrived.length > 0) return false;
    const asked = queuesOf(this.#plan, link).map((queue) => link.channel.checkQueue(queue));
    const states = await Promise.all(asked);
    if (!this.#isSubscribed || link !== this.#link) return false;
    const state = this.#depths.judge(states);
    if (state === "endless" && this.#plan.streamRefusal) this.fail(this.#plan.streamRefusal);
    if (state === "leaderless") this.fail(leaderless());
    return state === "empty" && this.#arrived.length === 0;
  }

  async attach(link: Link): Promise<void> {
    // What was lost with the old link cannot be settled on this one, and nothing more is wanted.
    if (this.#stopping) return;
    const { prefetch, mayStopReading } = this.#plan;
    const { valve } = link.connection; // Where there is none, nothing may come.
    await link.channel.prefetch(prefetch === Infinity ? 0 : prefetch); // 0: AMQP's "no limit"
    this.#link = link;
    this.#settler.attach(link);
    this.#subscriptions = new Subscriptions(link.channel, this.#plan);
    for (const queue of queuesOf(this.#plan, link))
      await this.#subscribe(link, this.#subscriptions, queue);
    this.#isSubscribed = this.#link === link && !this.#stopping;
    // Not earlier: the answer to each subscription comes after what the one before it has brought.
    if (this.#isSubscribed && mayStopReading)
      this.#brake = openBrake(valve, this.#arrived, this.#awaited);
  }

  detach(): void {
    if (this.#link) this.#missing.lost(this.#settler.unacked, this.#link.connection.heartbeatMs);
    this.#isSubscribed = false;
    this.#undecodable = undefined;
    this.#link = undefined;
    this.#subscriptions = undefined;
    this.#settler.detach();
    this.#brake?.release();
    this.#brake = undefined;
    // What was not handed out will be delivered again, except what the broker has forgotten.
    this.#arrived.length = this.#forgotten;
  }

  fail(failure: Failure): void {
    this.detach();
    this.#failure = failure;
    this.#changes.wake();
  }

  async #subscribe(link: Link, subscriptions: Subscriptions, queue: string): Promise<void> {
    const isStream = this.#plan.stream !== undefined || (await this.#streams.has(queue));
    const offset = isStream ? this.#settler.position?.argument(Date.now()) : undefined;
    // A stop ends only those that were asked for before it.
    if (this.#stopping) return;
    await subscriptions.add(queue, offset, (message) => this.#take(link, queue, message));
  }

  #take(link: Link, queue: string, message: ConsumeMessage | null): void {
    // After a stop nothing more is wanted, and what is in hand is still to be settled on this link.
    if (!message) return this.#stopping ? undefined : link.connection.destroy(new Cancelled(queue));
    const delivery = this.#decode(message, link, queue);
    if (!delivery) return;
    if (delivery.properties.headers?.[STREAM_OFFSET] !== undefined)
      this.#streams.suspect(queue, link);
    if (this.#stopping) return this.#settler.arrivedLate(delivery);
    if (delivery.redelivered) this.#missing.cameBack();
    this.#settler.arrived(delivery);
    this.#arrived.push(delivery);
    this.#brake?.arrived(message.content.length);
    this.#sweeper.passed(message.content.length);
    this.#endTurnSoon();
  }

  /** Once for all that came with one read. */
  #endTurnSoon(): void {
    if (this.#isTurnEnding) return;
    this.#isTurnEnding = true;
    setImmediate(() => {
      this.#isTurnEnding = false;
      // With the brake on, the acknowledgement would ask the broker for more; after a stop, nobody would see what was acknowledged.
      const mayForget = !this.#stopping && !this.#brake?.isOn;
      if (this.#plan.ackOnArrival && mayForget) this.#forget();
      this.#changes.wake();
    });
  }

  #forget(): void {
    this.#settler.ackArrived();
    this.#forgotten = this.#arrived.length;
  }

  #handOut(): readonly Delivery[] {
    if (this.#plan.ackOnArrival && this.#forgotten < this.#arrived.length) this.#forget();
    const batch = this.#arrived.splice(0);
    this.#forgotten = 0;
    this.#brake?.release();
    this.#depths.arrived();
    return batch;
  }

  /** Undefined when it, or one before it, cannot be decoded: what came before is still handed out. */
  #decode(message: ConsumeMessage, link: Link, queue: string): Delivery | undefined {
    if (this.#undecodable) return undefined;
    try {
      return toDelivery(message, link.generation, queue);
    } catch (error) {
      if (!(error instanceof Undecodable)) throw error;
      this.#undecodable = error;
      setImmediate(() => this.#changes.wake());
      return undefined;
    }
  }

  /** Drops the connection, after the acknowledgements of what came before; what cannot be decoded comes once more. */
  async #drop(reason: Undecodable): Promise<void> {
    const link = this.#link;
    this.#undecodable = undefined;
    this.#settler.flush();
    if (link) await closeChannel(link.channel, link.lost);
    link?.connection.destroy(reason);
  }
}
