// A message that came in, for tests of what is done with it without a broker.
import type { Delivery } from "../../src/message/message.ts";

export type Given = Partial<Omit<Delivery, "body">> & { readonly body?: string | Buffer };

/** From queue `q`, by another exchange and key, empty but for what is given; its body as text or bytes. */
export function messageIn({ body = "", ...given }: Given = {}): Delivery {
  return {
    exchange: "logs",
    routingKey: "kern",
    queue: "q",
    deliveryTag: 1,
    generation: 1,
    redelivered: false,
    consumerTag: "c",
    properties: {},
    ...given,
    body: Buffer.from(body),
  };
}
