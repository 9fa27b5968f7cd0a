// How far amqp-pub makes sure that its messages have arrived, and what it shows of them.
import { count, ignored, toggle } from "../flag.ts";
import { duration } from "../time-flag.ts";

export const publisherFlags = {
  mandatory: toggle({
    usual: true,
    group: "Delivery",
    summary: "report messages that reach no queue; exit code 5",
  }),
  confirm: toggle({
    usual: true,
    group: "Delivery",
    summary: "Sent: only when the broker has confirmed",
    details:
      "Messages are confirmed in a window. After a reconnect, unconfirmed ones are sent again in order with the same message-id (at least once). A message that reached no queue is counted as returned even without --mandatory, one that is larger than the broker takes as nacked.",
  }),
  confirmWindow: count({ min: 1 })({
    group: "Delivery",
    default: 1000,
    summary: "most unconfirmed messages at a time",
  }),
  confirmTimeout: duration({
    group: "Delivery",
    default: 30_000,
    summary: "reconnect when no confirm arrives for this long",
  }),
  nackRetries: count({ min: 0 })({
    group: "Delivery",
    default: 3,
    summary: "how often to send a refused message again",
  }),
};

export const publisherOutputFlags = {
  quiet: toggle({ group: "Output", summary: "no Sent: lines" }),
};

/** Flags of the sample's common parser that do nothing in a publisher. */
export const sampleConsumerFlags = {
  ackAuto: toggle(ignored),
  verbose: toggle(ignored),
  prefetch: count({ min: 0 })(ignored),
  lazy: duration(ignored),
};
