// Fetches messages one by one (basic.get) until the queue is empty.
import type { GetMessage } from "amqplib";
import { Undecodable, type Failure } from "../errors.ts";
import type { Delivery } from "../message.ts";
import type { SubscriptionPlan } from "./consumer.ts";
import { toDelivery, toReceived } from "./received.ts";
import type { Link } from "./link.ts";
import type { Client } from "./session.ts";

export class Getter implements Client {
  readonly channelKind = "plain";
  readonly #plan: SubscriptionPlan;
  #link: Link | undefined;
  #attached: () => void = () => {};
  #failure: Failure | undefined;
  #stopping = false;
  readonly isDrained = false;
  progress = 0;

  constructor(plan: SubscriptionPlan) {
    this.#plan = plan;
  }

  /** One message a batch; ends when the queue is empty. @throws Failure */
  async *batches(): AsyncGenerator<readonly Delivery[], void, void> {
    while (!this.#stopping) {
      const link = await this.#live();
      if (!link) return;
      const got = await link.channel
        .get(this.#plan.queue || link.queue, { noAck: this.#plan.noAck })
        .catch(() => "lost" as const);
      if (got === false) return;
      const delivery = got === "lost" ? undefined : decode(got, link);
      if (delivery) yield [delivery];
      else await this.#replaced(link);
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#attached();
  }

  /** Acknowledges a message, on the channel that it came on or not at all. */
  ack(batch: readonly Delivery[]): void {
    for (const delivery of batch) {
      if (!this.#plan.noAck && delivery.generation !== this.#link?.generation) continue;
      this.progress++;
      if (!this.#plan.noAck) this.#link?.channel.ack(toReceived(delivery));
    }
  }

  async attach(link: Link): Promise<void> {
    this.#link = link;
    this.#attached();
  }

  detach(): void {
    this.#link = undefined;
  }

  fail(failure: Failure): void {
    this.#failure = failure;
    this.#attached();
  }

  /** The link in use; waits for one. Undefined when stopped. @throws Failure */
  async #live(): Promise<Link | undefined> {
    while (!this.#link && !this.#stopping) {
      if (this.#failure) throw this.#failure;
      await this.#change();
    }
    return this.#stopping ? undefined : this.#link;
  }

  async #replaced(link: Link): Promise<void> {
    while (this.#link === link && !this.#failure && !this.#stopping) await this.#change();
    if (this.#failure) throw this.#failure;
  }

  async #change(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#attached = resolve;
    });
  }
}

/** Undefined when it cannot be decoded: the connection is dropped, and what cannot be decoded comes once more. */
function decode(got: GetMessage, link: Link): Delivery | undefined {
  try {
    return toDelivery(got, link.generation);
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error;
    link.connection.destroy(error);
    return undefined;
  }
}
