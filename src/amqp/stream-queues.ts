// Which queues are streams. Their messages say so in a header, but so does a copy of such a message in another queue.
import type { Channel } from "amqplib";

/** Asks the broker, once for each queue: of a stream RabbitMQ counts no consumers, also while it has one. */
export class StreamQueues {
  readonly #answers = new Map<string, Promise<boolean>>();

  /** A queue that we are subscribed to has given something that looks like a stream's. */
  suspect(queue: string, channel: Channel): void {
    if (this.#answers.has(queue)) return;
    const answer = channel.checkQueue(queue).then(({ consumerCount }) => consumerCount === 0);
    this.#answers.set(
      queue,
      answer.catch(() => false),
    );
  }

  async has(queue: string): Promise<boolean> {
    return (await this.#answers.get(queue)) ?? false;
  }
}
