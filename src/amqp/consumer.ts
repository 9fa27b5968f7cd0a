// A subscription as batches of deliveries: whatever has arrived since the last batch. Settles on the channel that a
// delivery came on, or not at all: a delivery tag of a lost channel would hit another message.
import type { ConsumeMessage, Options } from "amqplib";
import { Cancelled, Undecodable, type Failure } from "../errors.ts";
import type { Delivery } from "../message.ts";
import { closeChannel } from "./connection.ts";
import { toDelivery, toReceived } from "./received.ts";
import type { Link } from "./link.ts";
import type { Client } from "./session.ts";

export interface SubscriptionPlan {
  /** Empty: the queue that the topology declares. */
  readonly queue: string;
  readonly prefetch: number;
  /** The protocol's no-ack: the broker forgets what it has sent. */
  readonly noAck: boolean;
  readonly consumerTag: string | undefined;
}

/** Memory that unread no-ack deliveries may take before the subscription is cancelled for a while. */
const NO_ACK_BYTES = 16 * 1024 * 1024;

export class Consumer implements Client {
  readonly channelKind = "plain";
  readonly #plan: SubscriptionPlan;
  #link: Link | undefined;
  #tag: string | undefined;
  #arrived: Delivery[] = [];
  #arrivedBytes = 0;
  #wake: () => void = () => {};
  #failure: Failure | undefined;
  #stopping = false;
  #undecodable: Undecodable | undefined;
  #resubscribing: Promise<void> | undefined;
  readonly isDrained = false;
  progress = 0;

  constructor(plan: SubscriptionPlan) {
    this.#plan = plan;
  }

  /** Batches in order of arrival, until `stop`. Ends with a Failure when the session does. */
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
      if (this.#plan.noAck) await this.#resume();
    }
  }

  /** No more batches; the broker is asked to send nothing more. Deliveries not handed out go back when the channel closes. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    const [link, tag] = [this.#link, this.#tag];
    this.#tag = undefined;
    if (link && tag !== undefined) await link.channel.cancel(tag).catch(() => {});
  }

  /** Acknowledges deliveries that are the oldest unsettled ones, in order, with one frame. */
  ack(batch: readonly Delivery[]): void {
    const last = batch.at(-1);
    if (!last || (!this.#plan.noAck && last.generation !== this.#link?.generation)) return;
    this.progress += batch.length;
    if (this.#plan.noAck) return;
    try {
      this.#link?.channel.ack(toReceived(last), true);
    } catch (error) {
      // The channel is closing: the broker gives these messages again.
      if (!(error instanceof Error) || error.name !== "IllegalOperationError") throw error;
    }
  }

  async attach(link: Link): Promise<void> {
    if (!this.#plan.noAck) await link.channel.prefetch(this.#plan.prefetch);
    this.#link = link;
    await this.#subscribe(link);
  }

  detach(): void {
    this.#undecodable = undefined;
    this.#link = undefined;
    this.#tag = undefined;
    // What was not handed out will be delivered again, except under no-ack, where nobody else has it.
    if (!this.#plan.noAck) this.#arrived = [];
  }

  fail(failure: Failure): void {
    this.detach();
    this.#failure = failure;
    this.#wake();
  }

  async #subscribe(link: Link): Promise<void> {
    const { consumerTag, noAck } = this.#plan;
    const options: Options.Consume = { noAck, ...(consumerTag !== undefined && { consumerTag }) };
    const queue = this.#plan.queue || link.queue;
    const { consumerTag: tag } = await link.channel.consume(
      queue,
      (message) => this.#take(link, message),
      options,
    );
    this.#tag = tag;
  }

  #take(link: Link, message: ConsumeMessage | null): void {
    if (!message) {
      link.connection.destroy(new Cancelled(this.#plan.queue || link.queue));
      return;
    }
    const delivery = this.#decode(message, link);
    if (!delivery) return;
    this.#arrived.push(delivery);
    this.#arrivedBytes += message.content.length;
    if (this.#plan.noAck && this.#arrivedBytes > NO_ACK_BYTES) this.#hold(link);
    if (this.#arrived.length === 1) setImmediate(() => this.#wake());
  }

  /** Undefined when it, or one before it, cannot be decoded: what came before is still handed out. */
  #decode(message: ConsumeMessage, link: Link): Delivery | undefined {
    if (this.#undecodable) return undefined;
    try {
      return toDelivery(message, link.generation);
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
    if (link) await closeChannel(link.channel);
    link?.connection.destroy(reason);
  }

  /** No-ack knows no prefetch: with a slow reader the only brake is to cancel, and to subscribe again later. */
  #hold(link: Link): void {
    const tag = this.#tag;
    if (tag === undefined) return;
    this.#tag = undefined;
    this.#resubscribing = link.channel.cancel(tag).then(
      () => {},
      () => {},
    );
  }

  async #resume(): Promise<void> {
    if (!this.#resubscribing || this.#arrived.length > 0) return;
    await this.#resubscribing;
    this.#resubscribing = undefined;
    const link = this.#link;
    if (link && this.#tag === undefined && !this.#stopping)
      await this.#subscribe(link).catch(() => {});
  }

  async #arrival(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}
