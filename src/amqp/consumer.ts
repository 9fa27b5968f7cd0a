// A subscription as batches of deliveries: whatever has arrived since the last batch.
import type { Channel, ConsumeMessage, Options } from "amqplib";
import { Cancelled, Undecodable, type Failure } from "../errors.ts";
import type { Delivery } from "../message.ts";
import { closeChannel } from "./connection.ts";
import { Settler, type Intake, type IntakeAccount, type SubscriptionPlan } from "./intake.ts";
import type { Link } from "./link.ts";
import { toDelivery } from "./received.ts";
import type { Verdict } from "./settlement.ts";

/** Memory that unread no-ack deliveries may take before the subscription is cancelled for a while. */
const NO_ACK_BYTES = 16 * 1024 * 1024;

async function cancel(channel: Channel, tag: string): Promise<void> {
  // A channel that is closing has cancelled by itself.
  await channel.cancel(tag).catch(() => {});
}

export class Consumer implements Intake {
  readonly channelKind = "plain";
  readonly isDrained = false;
  readonly #plan: SubscriptionPlan;
  readonly #settler: Settler;
  #link: Link | undefined;
  #tag: string | undefined;
  #arrived: Delivery[] = [];
  #arrivedBytes = 0;
  #wake: () => void = () => {};
  #failure: Failure | undefined;
  #stopping = false;
  #undecodable: Undecodable | undefined;
  #holding: Promise<void> | undefined;

  constructor(plan: SubscriptionPlan) {
    this.#plan = plan;
    this.#settler = new Settler(plan);
  }

  get account(): IntakeAccount {
    return this.#settler.account;
  }

  get unacked(): number | undefined {
    return this.#settler.unacked;
  }

  get progress(): number {
    return this.#settler.progress;
  }

  async *batches(): AsyncGenerator<readonly Delivery[], void, void> {
    for (;;) {
      while (this.#arrived.length === 0 && !this.#stopping && !this.#failure) {
        await (this.#undecodable ? this.#drop(this.#undecodable) : this.#arrival());
      }
      // Under no-ack nobody else has what has arrived: it is still handed out.
      if (this.#stopping && !(this.#plan.noAck && this.#arrived.length > 0)) return;
      if (this.#failure && this.#arrived.length === 0) throw this.#failure;
      const batch = this.#arrived;
      this.#arrived = [];
      this.#arrivedBytes = 0;
      yield batch;
      if (this.#holding) await this.#resume(this.#holding);
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    const [link, tag] = [this.#link, this.#tag];
    this.#tag = undefined;
    if (link && tag !== undefined) await cancel(link.channel, tag);
  }

  settle(batch: readonly Delivery[], verdict: Verdict, as?: keyof IntakeAccount): void {
    this.#settler.settle(batch, verdict, as);
  }

  flush(): void {
    this.#settler.flush();
  }

  async isEmpty(): Promise<boolean> {
    const link = this.#link;
    if (!link || this.#arrived.length > 0) return false;
    const { messageCount } = await link.channel.checkQueue(this.#queue(link));
    return messageCount === 0 && this.#arrived.length === 0;
  }

  async attach(link: Link): Promise<void> {
    if (!this.#plan.noAck) await link.channel.prefetch(this.#plan.prefetch);
    this.#link = link;
    this.#settler.attach(link);
    await this.#subscribe(link);
  }

  detach(): void {
    this.#undecodable = undefined;
    this.#link = undefined;
    this.#tag = undefined;
    this.#settler.detach();
    // What was not handed out will be delivered again, except under no-ack, where nobody else has it.
    if (!this.#plan.noAck) this.#arrived = [];
  }

  fail(failure: Failure): void {
    this.detach();
    this.#failure = failure;
    this.#wake();
  }

  #queue(link: Link): string {
    return this.#plan.queue || link.queue;
  }

  async #subscribe(link: Link): Promise<void> {
    const { consumerTag, noAck } = this.#plan;
    const options: Options.Consume = { noAck, ...(consumerTag !== undefined && { consumerTag }) };
    const take = (message: ConsumeMessage | null): void => this.#take(link, message);
    const { consumerTag: tag } = await link.channel.consume(this.#queue(link), take, options);
    this.#tag = tag;
  }

  #take(link: Link, message: ConsumeMessage | null): void {
    if (!message) {
      link.connection.destroy(new Cancelled(this.#queue(link)));
      return;
    }
    const delivery = this.#decode(message, link);
    if (!delivery) return;
    this.#settler.arrived();
    this.#arrived.push(delivery);
    this.#arrivedBytes += message.content.length;
    if (this.#plan.noAck && this.#arrivedBytes > NO_ACK_BYTES) this.#hold(link);
    if (this.#arrived.length === 1) setImmediate(() => this.#wake());
  }

  /** Undefined when it, or one before it, cannot be decoded: what came before is still handed out. */
  #decode(message: ConsumeMessage, link: Link): Delivery | undefined {
    if (this.#undecodable) return undefined;
    try {
      return toDelivery(message, link.generation, this.#queue(link));
    } catch (error) {
      if (!(error instanceof Undecodable)) throw error;
      this.#undecodable = error;
      setImmediate(() => this.#wake());
      return undefined;
    }
  }

  /** Drops the connection, after the acknowledgements of what came before; what cannot be decoded comes once more. */
  async #drop(reason: Undecodable): Promise<void> {
    const link = this.#link;
    this.#undecodable = undefined;
    this.flush();
    if (link) await closeChannel(link.channel);
    link?.connection.destroy(reason);
  }

  /** No-ack knows no prefetch: with a slow reader the only brake is to cancel, and to subscribe again later. */
  #hold(link: Link): void {
    const tag = this.#tag;
    if (tag === undefined) return;
    this.#tag = undefined;
    this.#holding = cancel(link.channel, tag);
  }

  async #resume(holding: Promise<void>): Promise<void> {
    await holding;
    if (this.#arrived.length > 0) return;
    this.#holding = undefined;
    const link = this.#link;
    if (!link || this.#tag !== undefined || this.#stopping) return;
    await this.#subscribe(link).catch(() => {});
  }

  async #arrival(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}
