// Puts messages on a channel: many frames to a write where amqplib is as expected, else through its public API.
import type { Channel, Options } from "amqplib";
import { messageOf, Unsendable } from "../../errors.ts";
import type { Field } from "../../message/fields.ts";
import type { Message } from "../../message/message.ts";
import { toArguments } from "../wire/arguments.ts";
import type { Connection } from "../session/connection.ts";
import { Framer } from "../wire/frames.ts";
import { isClosing } from "../session/refusal.ts";
import { framing } from "../wire/wire.ts";

/** Sends on one channel. */
export interface Sender {
  /**
   * `messageId` stands in for the message's own.
   * @throws Unsendable when the message cannot be encoded; nothing of it is sent then
   */
  send(message: Message, mandatory: boolean, messageId?: string): void;
  /** The socket has enough for now; `drained` is called when it wants more. */
  readonly isFull: boolean;
}

/** Why a message that was taken before is not sent: frames may be smaller on this connection than on the last one. */
export function explainUnsent({ reason }: Unsendable): string {
  return `it cannot be sent on this connection: ${reason}`;
}

/** The faster sender that works here. */
export function openSender(connection: Connection, channel: Channel, drained: () => void): Sender {
  const frames = framing(channel);
  return frames
    ? new FramingSender(connection, frames.number, frames.frameMax, drained)
    : new PlainSender(channel, drained);
}

/** Frames of our own: written when a block is full, or when the program has nothing more to do at the moment. */
class FramingSender implements Sender {
  readonly #framer: Framer;
  #isFlushing = false;
  isFull = false;

  constructor(connection: Connection, channel: number, frameMax: number, drained: () => void) {
    this.#framer = new Framer(channel, frameMax, (bytes) => {
      if (!connection.write(bytes)) this.isFull = true;
    });
    connection.onDrain(() => {
      this.isFull = false;
      drained();
    });
  }

  send(message: Message, mandatory: boolean, messageId?: string): void {
    try {
      this.#framer.add(message, mandatory, messageId);
    } catch (error) {
      throw unsendable(error);
    }
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    queueMicrotask(() => {
      this.#isFlushing = false;
      this.#framer.flush();
    });
  }
}

/** amqplib's own publish. It refuses what amqplib would change on the way; only that no headers become empty ones. */
class PlainSender implements Sender {
  readonly #channel: Channel;
  isFull = false;

  constructor(channel: Channel, drained: () => void) {
    this.#channel = channel;
    channel.on("drain", () => {
      this.isFull = false;
      drained();
    });
  }

  send(message: Message, mandatory: boolean, messageId = message.properties.messageId): void {
    const { exchange, routingKey, body } = message;
    try {
      const options = { ...toOptions(message, messageId), mandatory };
      this.isFull = !this.#channel.publish(exchange, routingKey, body, options);
    } catch (error) {
      if (!isClosing(error)) throw unsendable(error);
    }
  }
}

function unsendable(error: unknown): Unsendable {
  return new Unsendable(messageOf(error), error);
}

/** @throws RangeError when amqplib would send another message than this */
function toOptions(
  { exchange, routingKey, properties }: Message,
  messageId: string | undefined,
): Options.Publish {
  const { headers = {}, timestamp, clusterId, ...others } = properties;
  const options = { ...others, ...(messageId !== undefined && { messageId }) };
  const isKnown = clusterId === undefined && typeof timestamp !== "string";
  if (!isKnown || !isPlain({ exchange, routingKey, ...options }) || !isPlain(headers))
    throw new RangeError("this version of amqplib would change its properties, headers or key");
  return {
    ...options,
    ...(timestamp !== undefined && { timestamp }),
    headers: toArguments(headers),
  };
}

/** Types of headers that amqplib does not write, and its own mark of a type. */
const foreign: readonly string[] = ["longlong", "string64", "!"];

/** Are there only types that amqplib writes, and texts that are UTF-8? */
function isPlain(field: Field): boolean {
  if (typeof field === "string") return field.isWellFormed();
  if (typeof field !== "object" || field === null) return true;
  return Object.entries(field).every(
    ([key, value]) => !foreign.includes(key) && key.isWellFormed() && isPlain(value),
  );
}
