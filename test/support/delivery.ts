// A delivery as a test wants it.
import type { Delivery } from "../../src/message/message.ts";

/** Some delivery, but for what the test says. */
export function someDelivery(wishes: Partial<Delivery> = {}): Delivery {
  return {
    exchange: "logs",
    routingKey: "kern",
    properties: {},
    body: Buffer.from("hello"),
    deliveryTag: 1,
    generation: 1,
    redelivered: false,
    queue: "q",
    consumerTag: "c",
    ...wishes,
  };
}
