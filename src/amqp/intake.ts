// How deliveries come in, by subscription (consumer.ts) or one by one (getter.ts), and the account of what became of them.
import type { Channel } from "amqplib";
import type { Delivery } from "../message.ts";
import type { Link } from "./link.ts";
import type { Client } from "./session.ts";
import { Settlement, type Verdict } from "./settlement.ts";

/** Where the deliveries of a run come from. */
export interface Intake extends Client {
  /** Batches in order of arrival, until `stop`. @throws Failure when the session fails */
  batches(): AsyncIterable<readonly Delivery[]>;
  /** Asks the broker to send nothing more, and ends `batches`. Resolves when the broker has agreed. */
  stop(): Promise<void>;
  /** Decides on deliveries of one batch; those of a lost channel are left to the broker, which gives them again. */
  settle(batch: readonly Delivery[], verdict: Verdict, as?: keyof IntakeAccount): void;
  /** Sends acknowledgements that wait for company (--ack-every). */
  flush(): void;
  /** Does the broker hold nothing more that is ready? Asked on the channel, so that what was on its way is here. */
  isEmpty(): Promise<boolean>;
  readonly account: IntakeAccount;
  /** Deliveries of this channel without a verdict; undefined under no-ack, and while there is no channel. */
  readonly unacked: number | undefined;
}

/** What deliveries were settled as. Under no-ack none is. */
export interface IntakeAccount {
  readonly acked: number;
  readonly requeued: number;
  readonly rejected: number;
  /** Acknowledged too, after a copy for another try was stored. */
  readonly retried: number;
  /** Acknowledged too, after a copy was stored at --dead-letter. */
  readonly deadLettered: number;
}

const counts = { ack: "acked", reject: "rejected", requeue: "requeued", leave: undefined } as const;

/** What a subscription asks for. */
export interface SubscriptionPlan {
  /** Empty: the queue that the topology declares. */
  readonly queue: string;
  readonly prefetch: number;
  /** The protocol's no-ack: the broker forgets what it has sent. */
  readonly noAck: boolean;
  /** Acknowledge so many at a time, in order, and at the end. */
  readonly ackEvery: number;
  readonly consumerTag: string | undefined;
}

/** Settles deliveries on the link that they came on, or not at all: a stale tag would hit another message. */
export class Settler {
  readonly #plan: SubscriptionPlan;
  #link: Link | undefined;
  #settlement: Settlement | undefined;
  #count = { acked: 0, requeued: 0, rejected: 0, retried: 0, deadLettered: 0 };

  constructor(plan: SubscriptionPlan) {
    this.#plan = plan;
  }

  get account(): IntakeAccount {
    return { ...this.#count };
  }

  get unacked(): number | undefined {
    return this.#plan.noAck ? undefined : this.#settlement?.open;
  }

  /** Deliveries with a verdict. */
  get progress(): number {
    return Object.values(this.#count).reduce((sum, count) => sum + count, 0);
  }

  attach(link: Link): void {
    this.#link = link;
    const port = { ack: writeAck(link.channel), nack: writeNack(link.channel) };
    this.#settlement = this.#plan.noAck ? undefined : new Settlement(port, this.#plan.ackEvery);
  }

  detach(): void {
    this.#link = undefined;
    this.#settlement = undefined;
  }

  arrived(): void {
    this.#settlement?.arrived();
  }

  settle(
    batch: readonly Delivery[],
    verdict: Verdict,
    as: keyof IntakeAccount | undefined = counts[verdict],
  ): void {
    if (this.#plan.noAck) return;
    const generation = this.#link?.generation;
    for (const delivery of batch) {
      if (delivery.generation !== generation) continue;
      if (as) this.#count[as]++;
      this.#settlement?.settle(delivery.deliveryTag, verdict);
    }
    this.#settlement?.flush();
  }

  flush(): void {
    this.#settlement?.flush(true);
  }
}

/** amqplib throws on a channel that is closing: the broker gives these messages again. */
function unlessClosing(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "IllegalOperationError") throw error;
  }
}

function writeAck(channel: Channel): (tag: number, multiple: boolean) => void {
  return (tag, multiple) => unlessClosing(() => channel.ack(asReceived(tag), multiple));
}

function writeNack(channel: Channel): (tag: number, requeue: boolean) => void {
  return (tag, requeue) => unlessClosing(() => channel.nack(asReceived(tag), false, requeue));
}

const unread = {
  contentType: undefined,
  contentEncoding: undefined,
  headers: undefined,
  deliveryMode: undefined,
  priority: undefined,
  correlationId: undefined,
  replyTo: undefined,
  expiration: undefined,
  messageId: undefined,
  timestamp: undefined,
  type: undefined,
  userId: undefined,
  appId: undefined,
  clusterId: undefined,
};
const noBody = Buffer.alloc(0);

/** What amqplib wants in order to settle; it reads the delivery tag only. */
function asReceived(deliveryTag: number) {
  const fields = { exchange: "", routingKey: "", deliveryTag, redelivered: false };
  return { fields, properties: unread, content: noBody };
}
