// The two shapes that travel through the program: a message to publish and a delivery received.
import type { Table } from "./fields.ts";

/** The largest body that any RabbitMQ can be told to take (max_message_size, rabbitmq.com/docs/limits). */
export const MAX_BODY_BYTES = 512 * 1024 * 1024;

/** Why a body is refused. Of one that was too large to be read (2 GiB), only so much is known. */
export function explainLimit(bytes: number, limit: number): string {
  return `${bytes < 2 ** 31 ? `${bytes} bytes` : "2 GiB or more"}, the limit is ${limit}`;
}

/** The most deliveries in hand that can be asked for: 16 bits (AMQP 0-9-1, basic.qos). 0 there means no limit. */
export const MAX_PREFETCH = 65_535;

/** The basic properties of AMQP 0-9-1, by amqplib's names. Absent is absent on the wire. */
export interface Properties {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly headers?: Table;
  readonly deliveryMode?: number;
  readonly priority?: number;
  readonly correlationId?: string;
  readonly replyTo?: string;
  /** Milliseconds, as text: what the protocol carries. */
  readonly expiration?: string;
  readonly messageId?: string;
  /** Seconds since 1970; as text when a number would lose digits. */
  readonly timestamp?: number | string;
  readonly type?: string;
  readonly userId?: string;
  readonly appId?: string;
  readonly clusterId?: string;
}

type PropertyName = Exclude<keyof Properties, "headers">;

/** `contentType` → `content-type`. */
type Dashed<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `-${Lowercase<First>}`}${Dashed<Rest>}`
  : "";

/** Each property but the headers, by the name that AMQP has for it. */
export const propertyNames = {
  "content-type": "contentType",
  "content-encoding": "contentEncoding",
  "delivery-mode": "deliveryMode",
  priority: "priority",
  "correlation-id": "correlationId",
  "reply-to": "replyTo",
  expiration: "expiration",
  "message-id": "messageId",
  timestamp: "timestamp",
  type: "type",
  "user-id": "userId",
  "app-id": "appId",
  "cluster-id": "clusterId",
} as const satisfies { readonly [Name in PropertyName as Dashed<Name>]: Name };

/** One message to publish. */
export interface Message {
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: Properties;
  readonly body: Buffer;
}

/** One message received, and what is needed to settle it. */
export interface Delivery extends Message {
  /** Valid only on the channel of its generation. */
  readonly deliveryTag: number;
  /** Which channel it came on: a delivery of a lost channel can no longer be settled. */
  readonly generation: number;
  readonly redelivered: boolean;
  /** The queue that it came from. */
  readonly queue: string;
  readonly consumerTag: string | undefined;
  /** What came in, where the body is shown decompressed: this is what is published again. */
  readonly compressed?: Pick<Message, "properties" | "body">;
}
