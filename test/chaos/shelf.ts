// A second client beside the binaries, on the broker itself: it makes queues, fills them, and takes out what they hold.
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "amqplib";
import type { QueueType } from "./traffic.ts";

/** The queue of one run. */
export class Shelf {
  readonly #url: string;
  readonly queue: string;

  private constructor(url: string, queue: string) {
    this.#url = url;
    this.queue = queue;
  }

  /** A durable queue of that name, perhaps one that forgets its oldest messages when they are more than so many bytes. */
  static async create(
    url: string,
    queue: string,
    type: QueueType,
    mostBytes?: number,
  ): Promise<Shelf> {
    const shelf = new Shelf(url, queue);
    const limit = mostBytes === undefined ? {} : { "x-max-length-bytes": mostBytes };
    const options = { durable: true, arguments: { "x-queue-type": type, ...limit } };
    await shelf.#with((channel) => channel.assertQueue(queue, options));
    return shelf;
  }

  /** Puts in the numbers 1 to `count`, a line each; padded to so many bytes. */
  async fill(count: number, size = 0): Promise<void> {
    await this.#with(async (channel) => {
      for (let number = 1; number <= count; number++) {
        const line = `${`${number}`.padEnd(size - 1)}\n`;
        channel.sendToQueue(this.queue, Buffer.from(line), { persistent: true });
        if (number % 100 === 0) await channel.waitForConfirms();
      }
      await channel.waitForConfirms();
    });
  }

  /** Resolves when somebody consumes it. */
  async untilConsumed(): Promise<void> {
    await this.#with(async (channel) => {
      while ((await channel.checkQueue(this.queue)).consumerCount === 0) await sleep(20);
    });
  }

  /** Takes out all messages that it holds at this moment: the number at the beginning of each. */
  async take(): Promise<readonly number[]> {
    return await this.#with(async (channel) => {
      const numbers: number[] = [];
      const { messageCount } = await channel.checkQueue(this.queue);
      if (messageCount === 0) return numbers;
      await new Promise<void>((resolve, reject) => {
        const take = (content: Buffer | undefined): void => {
          numbers.push(Number.parseInt(content?.toString("latin1", 0, 12) ?? "0", 10));
          if (numbers.length === messageCount) resolve();
        };
        channel
          .consume(this.queue, (message) => take(message?.content), { noAck: true })
          .catch(reject);
      });
      return numbers;
    });
  }

  async empty(): Promise<void> {
    await this.#with((channel) => channel.purgeQueue(this.queue));
  }

  async remove(): Promise<void> {
    await this.#with((channel) => channel.deleteQueue(this.queue));
  }

  async #with<T>(
    act: (channel: Awaited<ReturnType<typeof openChannel>>["channel"]) => Promise<T>,
  ): Promise<T> {
    const { connection, channel } = await openChannel(this.#url);
    try {
      return await act(channel);
    } finally {
      await connection.close();
    }
  }
}

async function openChannel(url: string) {
  const connection = await connect(url);
  return { connection, channel: await connection.createConfirmChannel() };
}
