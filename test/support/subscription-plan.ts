// A subscription to one queue, with nothing special about it.
import type { SubscriptionPlan } from "../../src/amqp/consume/intake.ts";

export const subscriptionPlan: SubscriptionPlan = {
  queue: "q",
  alsoFrom: [],
  prefetch: 10,
  ackOnArrival: false,
  ackEvery: 1,
  consumerTag: undefined,
  exclusive: false,
  handsOver: false,
  arguments: {},
  stream: undefined,
  streamRefusal: undefined,
  mayStopReading: false,
};
