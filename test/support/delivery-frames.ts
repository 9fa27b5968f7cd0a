// A delivery as the frames that a broker sends (AMQP 0-9-1, 2.3.5).
import type { Message } from "../../src/message/message.ts";
import { encodeText } from "../../src/message/text.ts";
import { longlong, octet, short, shortstr } from "./amqp-bytes.ts";
import { frame, method } from "./amqp-frame.ts";
import { encodeProperties } from "./encode-properties.ts";

export interface SentDelivery extends Message {
  readonly channel: number;
  readonly consumerTag: string;
  readonly deliveryTag: number;
  readonly redelivered: boolean;
}

/** Method, header, and the body in so many parts. */
export function deliveryFrames(sent: SentDelivery, parts = 1): readonly Buffer[] {
  const { channel, body } = sent;
  const piece = Math.ceil(body.length / parts) || 1;
  const header = [short(60), short(0), longlong(body.length), encodeProperties(sent.properties)];
  return [
    method(
      channel,
      60,
      60,
      shortstr(sent.consumerTag),
      longlong(sent.deliveryTag),
      octet(Number(sent.redelivered)),
      shortstr(encodeText(sent.exchange)),
      shortstr(encodeText(sent.routingKey)),
    ),
    frame(2, channel, Buffer.concat(header)),
    ...Array.from({ length: Math.ceil(body.length / piece) }, (_, i) =>
      frame(3, channel, body.subarray(i * piece, (i + 1) * piece)),
    ),
  ];
}
