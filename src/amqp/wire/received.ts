// amqplib's message ↔ our delivery.
import type { Message as Received, MessageProperties } from "amqplib";
import { Failure, messageOf, type Reply, Undecodable } from "../../errors.ts";
import type { Delivery, Message, Properties } from "../../message/message.ts";
import { decodeProperties } from "./properties.ts";
import { isRawHeader, notAsExpected } from "./wire.ts";

/** What amqplib has received, as ours. @throws Undecodable, and Failure when amqplib is not as expected */
export function toDelivery(received: Received, generation: number, queue: string): Delivery {
  try {
    return decode(received, generation, queue);
  } catch (error) {
    throw error instanceof Failure ? error : new Undecodable(messageOf(error), error);
  }
}

/** The link that a message came on. */
interface Carrier {
  readonly generation: number;
  readonly connection: { destroy(reason: Undecodable): void };
}

/** The same; undefined when it cannot be decoded: the connection is dropped, and what came from a queue comes once more. */
export function toDeliveryOrDrop(
  received: Received,
  { generation, connection }: Carrier,
  queue: string,
): Delivery | undefined {
  try {
    return toDelivery(received, generation, queue);
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error;
    connection.destroy(error);
    return undefined;
  }
}

function decode(
  { fields, properties, content }: Received,
  generation: number,
  queue: string,
): Delivery {
  return {
    exchange: fields.exchange,
    routingKey: fields.routingKey,
    deliveryTag: fields.deliveryTag,
    redelivered: fields.redelivered,
    queue,
    consumerTag: fields.consumerTag,
    generation,
    properties: toProperties(properties),
    body: content,
  };
}

/** A message that the broker has returned, and why. @throws DecodeError, RangeError */
export function toReturned({ fields, properties, content }: Received): {
  readonly message: Message;
  readonly reply: Reply;
} {
  const { exchange, routingKey } = fields;
  const code = "replyCode" in fields ? Number(fields.replyCode) : 0;
  const text = "replyText" in fields ? String(fields.replyText) : "";
  return {
    message: { exchange, routingKey, properties: toProperties(properties), body: content },
    reply: { code, text },
  };
}

/** Our properties, exact from raw bytes. @throws DecodeError, RangeError; Failure when amqplib has not kept them */
export function toProperties(properties: MessageProperties): Properties {
  if (isRawHeader(properties)) return decodeProperties(properties.raw);
  throw notAsExpected();
}
