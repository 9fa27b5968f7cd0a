// Which queues are streams. Their messages say so in a header, but so does a copy of such a message in another queue.
import type { Channel } from "amqplib";
import { within } from "../../deadline.ts";

/** A connection that is dead answers nothing, and the end of a run must not wait for it. */
const ANSWER_MS = 2000;

/** Asks the broker, once for each queue: of a stream RabbitMQ counts no consumers, also while it has one. */
export class StreamQueues {
  readonly #answers = new Map<string, Promise<boolean>>();

  /** A queue that we are subscribed to has given something that looks like a stream's. */
  suspect(queue: string, channel: Channel): void {
    if (this.#answers.has(queue)) return;
    const counted = channel.checkQueue(queue).then(({ consumerCount }) => consumerCount === 0);
    const answer = within(ANSWER_MS, counted).then((isStream) => isStream === true);
    this.#answers.set(
      queue,
      answer.catch(() => false),
    );
  }

  async hasAny(): Promise<boolean> {
    return (await Promise.all(this.#answers.values())).includes(true);
  }

  async has(queue: string): Promise<boolean> {
    return (await this.#answers.get(queue)) ?? false;
  }
}
