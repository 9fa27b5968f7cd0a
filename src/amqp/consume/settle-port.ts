// How a channel of amqplib settles: it wants a whole message, of which it reads the delivery tag.
import type { Channel } from "amqplib";
import { isClosing } from "../session/refusal.ts";
import type { SettlePort } from "./verdicts.ts";

/** Writes acknowledgements and rejections on this channel, as long as it is open. */
export function settlePort(channel: Pick<Channel, "ack" | "nack">): SettlePort {
  return {
    ack: (tag, multiple) => unlessClosing(() => channel.ack(asReceived(tag), multiple)),
    nack: (tag, multiple, requeue) =>
      unlessClosing(() => channel.nack(asReceived(tag), multiple, requeue)),
  };
}

/** On a channel that is closing nothing can be settled: the broker gives these messages again. */
function unlessClosing(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!isClosing(error)) throw error;
  }
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
