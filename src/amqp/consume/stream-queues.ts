// Which queues are streams. Their messages say so in a header, but so does a copy of such a message in another queue.
import type { Channel } from "amqplib";
import { within } from "../../time/deadline.ts";
import type { Link } from "../session/link.ts";

/** A connection that is dead answers nothing, and the end of a run must not wait for it. */
const ANSWER_MS = 2000;

/** Where the broker is asked. */
interface Asked extends Pick<Link, "lost"> {
  readonly channel: Pick<Channel, "checkQueue">;
}

/** Asks the broker, once for each queue: RabbitMQ counts no consumers of a stream, even while it has one. */
export class StreamQueues {
  readonly #answers = new Map<string, Promise<boolean>>();
  readonly #known = new Map<string, boolean>();

  /** A queue that we are subscribed to has given something that looks like a stream's. */
  suspect(queue: string, link: Asked): void {
    if (!this.#answers.has(queue)) this.#answers.set(queue, this.#ask(queue, link));
  }

  /** At the end of a run. A broker that does not answer in time may have one; putting nothing back is safe for any queue. */
  async hasAny(): Promise<boolean> {
    const answers = await within(ANSWER_MS, Promise.all(this.#answers.values()));
    return answers === "late" || answers.includes(true);
  }

  /** Undefined while the broker is asked. */
  known(queue: string): boolean | undefined {
    return this.#answers.has(queue) ? this.#known.get(queue) : false;
  }

  /** As soon as the broker has answered. */
  async has(queue: string): Promise<boolean> {
    return (await this.#answers.get(queue)) ?? false;
  }

  /** When the channel goes before the answer, the next message makes us ask again. */
  async #ask(queue: string, { channel, lost }: Asked): Promise<boolean> {
    const unanswered = lost.then(() => undefined);
    const answer = await Promise.race([channel.checkQueue(queue), unanswered]).catch(
      () => undefined,
    );
    if (!answer) this.#answers.delete(queue);
    else this.#known.set(queue, answer.consumerCount === 0);
    return answer?.consumerCount === 0;
  }
}
