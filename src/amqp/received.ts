// amqplib's message ↔ our delivery.
import type { Message as Received } from "amqplib";
import type { Delivery } from "../message.ts";
import { fromProperties } from "./properties.ts";

/** What amqplib has received, as ours. */
export function toDelivery(
  { fields, properties, content }: Received,
  generation: number,
): Delivery {
  return {
    exchange: fields.exchange,
    routingKey: fields.routingKey,
    deliveryTag: fields.deliveryTag,
    redelivered: fields.redelivered,
    consumerTag: fields.consumerTag,
    generation,
    properties: fromProperties(properties),
    body: content,
  };
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

/** What amqplib wants in order to settle a delivery; it reads the delivery tag only. */
export function toReceived({
  exchange,
  routingKey,
  deliveryTag,
  redelivered,
  body,
}: Delivery): Received {
  return {
    fields: { exchange, routingKey, deliveryTag, redelivered },
    properties: unread,
    content: body,
  };
}
