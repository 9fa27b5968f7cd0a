// How deliveries come in, by subscription (consumer.ts), one by one (getter.ts) or to be looked at (looker.ts), and the account
// of what became of them.
import type { UsageError } from "../../errors.ts";
import type { Table } from "../../message/fields.ts";
import type { Delivery } from "../../message/message.ts";
import type { Link } from "../session/link.ts";
import type { Client } from "../session/client.ts";
import type { Verdict } from "./verdicts.ts";
import type { Offset } from "./stream.ts";

/** Where the deliveries of a run come from. */
export interface Intake extends Client {
  /** Batches in order of arrival, until `stop`. @throws Failure when the session fails */
  batches(): AsyncIterable<readonly Delivery[]>;
  /** Asks the broker to send nothing more, and ends `batches`. Resolves when the broker has agreed, or is silent. */
  stop(): Promise<void>;
  /** After `stop`: what the broker has forgotten and `batches` has not handed out (--ack-auto). Each delivery once. */
  leftovers(): readonly Delivery[];
  /** Can the delivery still be settled? One of a lost channel cannot: the broker gives it again. */
  holds(delivery: Delivery): boolean;
  /** Does the delivery come from a stream, which takes nothing back and throws nothing away? */
  isOfStream(delivery: Delivery): Promise<boolean>;
  /** Decides on deliveries of one batch; those of a lost channel are left to the broker, which gives them again. */
  settle(batch: readonly Delivery[], verdict: Verdict, as?: keyof IntakeAccount): void;
  /**
   * Before the session's end: tells the broker every verdict, gives it time to take them in, and puts back in order what is
   * held or has no verdict, unless the channel's end does that better. What is still on its way `patienceMs` after the stop is left
   * to the channel's end. Never rejects.
   */
  end(patienceMs: number): Promise<void>;
  /** Does the broker hold nothing more that is ready? Asked on the channel, so that what was on its way is here. */
  isEmpty(): Promise<boolean>;
  readonly account: IntakeAccount;
  /** Deliveries that the broker has forgotten and nobody has seen yet (--ack-auto). */
  readonly unshown: number;
  /** The offset in a stream up to which all is settled. */
  readonly settledOffset: bigint | undefined;
  /** Deliveries of this channel that are held to the end. */
  readonly held: number;
  /** Deliveries of this channel of which the broker was told nothing yet; undefined while there is no channel. */
  readonly unacked: number | undefined;
}

/** What deliveries were settled as. */
export interface IntakeAccount {
  readonly acked: number;
  readonly requeued: number;
  readonly rejected: number;
  /** Acknowledged too, after a copy for another try was stored. */
  readonly retried: number;
  /** Acknowledged too, after a copy was stored at --dead-letter. */
  readonly deadLettered: number;
}

/** What a subscription asks for. */
export interface SubscriptionPlan {
  /** Empty: the queue that the topology declares. */
  readonly queue: string;
  /** Further queues, on the same channel. */
  readonly alsoFrom: readonly string[];
  /** Deliveries that may be unacknowledged at once; Infinity: no limit. */
  readonly prefetch: number;
  /** Acknowledge what arrives before anybody has seen it (--ack-auto). Why not the protocol's no-ack: docs/adr/0021-ack-auto-acknowledges-on-arrival.md. */
  readonly ackOnArrival: boolean;
  /** Acknowledge this many at a time, in order; fewer at the end, when nothing arrives, and every second. */
  readonly ackEvery: number;
  readonly consumerTag: string | undefined;
  /** No other consumer may take from the queue. */
  readonly exclusive: boolean;
  /**
   * At a stop, the next consumer gets nothing before what is in hand is settled or back in its place: the queue has a single
   * active consumer, as far as the flags tell. The end of the channel puts it there; the end of the subscription does not.
   */
  readonly handsOver: boolean;
  readonly arguments: Table;
  /** The queue is a stream, to be read from here on; from where the broker chooses when `start` is undefined. */
  readonly stream: { readonly start: Offset | undefined } | undefined;
  /** What is said when a queue turns out to be a stream, and a flag excludes that. */
  readonly streamRefusal: UsageError | undefined;
  /** Nobody waits for answers on this connection: reading may stop while what has arrived waits. */
  readonly mayStopReading: boolean;
}

/** The queues of a subscription, by the names that they have on this link. */
export function queuesOf({ queue, alsoFrom }: SubscriptionPlan, link: Link): readonly string[] {
  return [queue || link.queue, ...alsoFrom];
}
