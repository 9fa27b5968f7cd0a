// The subscriptions on one channel: made one after the other, and ended together.
import type { Channel, ConsumeMessage } from "amqplib";
import { now } from "../../time/clock.ts";
import { within } from "../../time/deadline.ts";
import type { Field } from "../../message/fields.ts";
import { toArguments } from "../wire/arguments.ts";
import type { SubscriptionPlan } from "./intake.ts";
import { STREAM_OFFSET } from "./stream.ts";

/** What is in hand is finished afterwards, also when the broker is silent for this long. */
const SILENCE_MS = 1000;
/** A stop while the first subscription is asked for waits no longer than that for what the broker has sent. */
export const GIVING_BACK_MS = 2000;

export class Subscriptions {
  readonly #channel: Pick<Channel, "consume" | "cancel">;
  readonly #plan: SubscriptionPlan;
  readonly #tags: string[] = [];
  /** The latest one, answered or not; never rejects. */
  #latest: Promise<unknown> = Promise.resolve();
  /** How long the answer to the latest one took. */
  #answerMs = 0;
  #ending: Promise<number> | undefined;
  /** Resolves when the broker has answered that it sends nothing more. */
  #agreed: Promise<unknown> = Promise.resolve();
  /** When the end was asked for, and when something came last since then. */
  #askedAt: number | undefined;
  #heardAt = 0;

  constructor(channel: Pick<Channel, "consume" | "cancel">, plan: SubscriptionPlan) {
    this.#channel = channel;
    this.#plan = plan;
  }

  /** Subscribes to a further queue, at this offset of a stream. @throws what amqplib throws */
  async add(
    queue: string,
    offset: Field | undefined,
    take: (message: ConsumeMessage | null) => void,
  ): Promise<void> {
    const { consumerTag, exclusive } = this.#plan;
    const ordinal = this.#tags.length + 1;
    const table = {
      ...this.#plan.arguments,
      ...(offset !== undefined && { [STREAM_OFFSET]: offset }),
    };
    const options = {
      exclusive,
      arguments: toArguments(table),
      ...(consumerTag !== undefined && {
        consumerTag: ordinal > 1 ? `${consumerTag}-${ordinal}` : consumerTag,
      }),
    };
    const hear = (message: ConsumeMessage | null): void => {
      if (this.#askedAt !== undefined) this.#heardAt = now();
      take(message);
    };
    const since = now();
    const subscribed = this.#channel.consume(queue, hear, options);
    const made = subscribed.then((answer) => this.#tags.push(answer.consumerTag));
    this.#latest = made.catch(() => {});
    await made;
    this.#answerMs = now() - since;
  }

  /**
   * Asks the broker to send nothing more; the same answer however often. Resolves when it has agreed, has gone or is silent, with
   * the milliseconds that it took: a quorum queue stores the end of a subscription. Never rejects.
   */
  async cancel(): Promise<number> {
    this.#ending ??= this.#cancelAll();
    return this.#ending;
  }

  /** `cancel`, unless that is left to the end of the channel. Resolves as `cancel` does. */
  async end(isLeft: boolean): Promise<number> {
    return isLeft ? this.#answerMs : this.cancel();
  }

  /** After `cancel`: waits for the answer while anything comes before it, until so long after the end was asked for. */
  async drained(patienceMs: number): Promise<void> {
    const endAt = (this.#askedAt ?? 0) + patienceMs;
    for (let answer: unknown = "late"; answer === "late";) {
      const left = Math.min(this.#heardAt + SILENCE_MS, endAt) - now();
      if (left <= 0) return;
      answer = await within(left, this.#agreed);
    }
  }

  async #cancelAll(): Promise<number> {
    const since = now();
    this.#askedAt = since;
    this.#heardAt = since;
    this.#agreed = this.#latest.then(() =>
      Promise.all(this.#tags.map((tag) => this.#channel.cancel(tag).catch(() => {}))),
    );
    await within(SILENCE_MS, this.#agreed);
    return now() - since;
  }
}
