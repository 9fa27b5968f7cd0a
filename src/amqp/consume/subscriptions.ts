// The subscriptions on one channel: made one after the other, and ended together.
import type { Channel, ConsumeMessage } from "amqplib";
import { now } from "../../time/clock.ts";
import { within } from "../../time/deadline.ts";
import type { Field } from "../../message/fields.ts";
import { toArguments } from "../wire/arguments.ts";
import type { SubscriptionPlan } from "./intake.ts";
import { STREAM_OFFSET } from "./stream.ts";

/** What is in hand is finished afterwards, also when the broker is silent for so long. */
const SILENCE_MS = 1000;
/** What was on its way comes before the answer, and may be much. */
const LONGEST_MS = 10_000;

export class Subscriptions {
  readonly #channel: Pick<Channel, "consume" | "cancel">;
  readonly #plan: SubscriptionPlan;
  readonly #tags: string[] = [];
  /** The latest one, answered or not; never rejects. */
  #latest: Promise<unknown> = Promise.resolve();
  #ending: Promise<number> | undefined;
  /** When something came last, while the end is waited for. */
  #heardAt: number | undefined;

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
      if (this.#heardAt !== undefined) this.#heardAt = now();
      take(message);
    };
    const subscribed = this.#channel.consume(queue, hear, options);
    const made = subscribed.then((answer) => this.#tags.push(answer.consumerTag));
    this.#latest = made.catch(() => {});
    await made;
  }

  /**
   * Asks the broker to send nothing more; the same answer however often. Resolves when it has agreed, has gone or is silent, with
   * the milliseconds that it took: a quorum queue stores the end of a subscription. Never rejects.
   */
  async cancel(): Promise<number> {
    this.#ending ??= this.#cancelAll();
    return this.#ending;
  }

  async #cancelAll(): Promise<number> {
    const since = now();
    const agreed = this.#latest.then(() =>
      Promise.all(this.#tags.map((tag) => this.#channel.cancel(tag).catch(() => {}))),
    );
    await this.#whileHeard(since, agreed);
    return now() - since;
  }

  /** Waits for the answer, while anything comes. */
  async #whileHeard(since: number, agreed: Promise<unknown>): Promise<void> {
    this.#heardAt = since;
    for (let answer: unknown = "late"; answer === "late";) {
      const left: number = Math.min(this.#heardAt + SILENCE_MS, since + LONGEST_MS) - now();
      if (left <= 0) return;
      answer = await within(left, agreed);
    }
  }
}
