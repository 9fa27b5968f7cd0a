// How large a message may be. The broker says so when it refuses one and closes the channel (max_message_size, 16 MiB since
// RabbitMQ 4.0). That would happen again with each message as large, so such messages are no longer sent.
import { Refused, type Failure } from "../../errors.ts";
import { explainLimit, MAX_BODY_BYTES, type Message } from "../../message/message.ts";

const hint = "split it, or raise the broker's max_message_size; it does not hold up the others";

/** What a publisher has learned about it. */
export class SizeLimit {
  /** For a larger one, brokers from 4.3 on close the connection instead of the channel, each time. */
  #bytes = MAX_BODY_BYTES;
  #refusal: Refused | undefined;

  /** The refusal that named the limit. */
  get refusal(): Refused | undefined {
    return this.#refusal;
  }

  /** Is this such a refusal? */
  learn(reason: Failure): boolean {
    if (!(reason instanceof Refused) || reason.reply.code !== 406) return false;
    const [, bytes] =
      /message size \d+ is larger than (?:configured )?max size (\d+)/.exec(reason.reply.text) ??
      [];
    if (bytes === undefined) return false;
    this.#bytes = Number(bytes);
    this.#refusal ??= new Refused(reason.reply, hint, reason.cause);
    return true;
  }

  excludes({ body }: Message): boolean {
    return body.length > this.#bytes;
  }

  /** Why a message of this size is refused, for people. */
  explain(bytes: number): string {
    return explainLimit(bytes, this.#bytes);
  }
}
