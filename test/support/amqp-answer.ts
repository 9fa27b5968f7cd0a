// What a broker says on a channel, as bytes to send. The connection itself and the framing are in amqp-frame.ts.
import { type Fields, long, longlong, longstr, octet, short, shortstr } from "./amqp-bytes.ts";
import { content, method } from "./amqp-frame.ts";

export function channelOpenOk(channel = 1): Buffer {
  return method(channel, 20, 11, longstr(""));
}

/** channel.close: the broker ends the channel, and expects `channel.close-ok`. */
export function channelClose(code: number, text: string | Buffer, channel = 1): Buffer {
  return method(channel, 20, 40, short(code), shortstr(text), short(0), short(0));
}

export function channelCloseOk(channel = 1): Buffer {
  return method(channel, 20, 41);
}

/** channel.flow by the broker: stop sending, or go on. */
export function flow(active: boolean, channel = 1): Buffer {
  return method(channel, 20, 20, octet(Number(active)));
}

export function exchangeDeclareOk(channel = 1): Buffer {
  return method(channel, 40, 11);
}

export function queueDeclareOk(queue: string, messages = 0, consumers = 0, channel = 1): Buffer {
  return method(channel, 50, 11, shortstr(queue), long(messages), long(consumers));
}

export function queueBindOk(channel = 1): Buffer {
  return method(channel, 50, 21);
}

export function qosOk(channel = 1): Buffer {
  return method(channel, 60, 11);
}

export function consumeOk(consumerTag: string, channel = 1): Buffer {
  return method(channel, 60, 21, shortstr(consumerTag));
}

/** basic.cancel by the broker, as when a queue is deleted under a consumer. */
export function cancel(consumerTag: string, channel = 1): Buffer {
  return method(channel, 60, 30, shortstr(consumerTag), octet(1));
}

export function cancelOk(consumerTag: string, channel = 1): Buffer {
  return method(channel, 60, 31, shortstr(consumerTag));
}

export function selectOk(channel = 1): Buffer {
  return method(channel, 85, 11);
}

export function ack(deliveryTag: number | bigint, multiple = false, channel = 1): Buffer {
  return method(channel, 60, 80, longlong(deliveryTag), octet(Number(multiple)));
}

export function nack(deliveryTag: number | bigint, multiple = false, channel = 1): Buffer {
  return method(channel, 60, 120, longlong(deliveryTag), octet(Number(multiple)));
}

/** A message on its way to a consumer or back to its sender. */
export interface Content {
  readonly exchange?: string;
  readonly routingKey?: string;
  readonly body?: string | Buffer;
  /** A Buffer is the inside of the table as it is, for headers that cannot be decoded. */
  readonly headers?: Fields | Buffer;
  readonly correlationId?: string;
  readonly channel?: number;
}

function contentOf({ body = "", headers, correlationId, channel = 1 }: Content): Buffer {
  return content(channel, body, headers, correlationId);
}

/** basic.deliver with its message. */
export function deliver(
  consumerTag: string,
  deliveryTag: number,
  message: Content = {},
  redelivered = false,
): Buffer {
  const { exchange = "", routingKey = "", channel = 1 } = message;
  const flags = [longlong(deliveryTag), octet(Number(redelivered))];
  const args = [shortstr(consumerTag), ...flags, shortstr(exchange), shortstr(routingKey)];
  return Buffer.concat([method(channel, 60, 60, ...args), contentOf(message)]);
}

/** basic.return with its message. */
export function returned(code: number, text: string, message: Content = {}): Buffer {
  const { exchange = "", routingKey = "", channel = 1 } = message;
  const args = [short(code), shortstr(text), shortstr(exchange), shortstr(routingKey)];
  return Buffer.concat([method(channel, 60, 50, ...args), contentOf(message)]);
}

/** basic.get-ok with its message. */
export function getOk(deliveryTag: number, message: Content = {}): Buffer {
  const { exchange = "", routingKey = "", channel = 1 } = message;
  const args = [longlong(deliveryTag), octet(0), shortstr(exchange), shortstr(routingKey), long(0)];
  return Buffer.concat([method(channel, 60, 71, ...args), contentOf(message)]);
}

export function getEmpty(channel = 1): Buffer {
  return method(channel, 60, 72, shortstr(""));
}
