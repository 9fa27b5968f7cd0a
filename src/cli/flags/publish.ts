// What amqp-pub sends, and how far it makes sure that it arrived.
import { count, duration, files, size, text, timeToLive, toggle } from "../flag.ts";

/** The largest message that RabbitMQ can be told to take (max_message_size). */
const MAX_BODY_BYTES = 512 * 1024 * 1024;

export const inputFlags = {
  message: text({
    group: "Input",
    short: "m",
    usual: true,
    placeholder: "TEXT",
    summary: "the message; - takes all of stdin, bytes kept",
    details: "Without any source an empty message is sent, as in the sample.",
  }),
  file: files({
    group: "Input",
    short: "f",
    usual: true,
    summary: "each file is one message, byte for byte",
  }),
  lines: files({
    group: "Input",
    short: "l",
    usual: true,
    bare: "-",
    summary: "one message per line of stdin or the files",
    details:
      "A last line without newline counts. There is no limit on a line's length but the broker's.",
  }),
  nbMessages: count({ min: 0 })({
    group: "Input",
    default: 1,
    usual: true,
    summary: "how often to send -m or -f; 0: for ever",
    details: "Any number but 1 prefixes each body with its number: `1:Hello!`.",
  }),
  interval: duration({
    group: "Input",
    default: 1000,
    summary: "pause between the repeats of -m or -f",
  }),
  pubName: text({
    group: "Input",
    placeholder: "NAME",
    summary: "put NAME: before the number of each repeat",
  }),
  messageSize: size({ max: MAX_BODY_BYTES })({
    group: "Input",
    summary: "make each body exactly this many bytes",
    details:
      "Padded with 0123456789… or cut between two characters; the number's prefix is included.",
  }),
};

export const propertyFlags = {
  persistent: toggle({
    usual: true,
    group: "Message properties",
    summary: "delivery mode 2: a durable queue keeps it on disk",
  }),
  priority: count({ min: 0, max: 255 })({
    group: "Message properties",
    summary: "priority, 0 to 255",
  }),
  messageTtl: timeToLive({ min: 0 })({
    group: "Message properties",
    summary: "the broker drops the message after this time",
  }),
};

export const deliveryFlags = {
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
      "Messages are confirmed in a window. After a reconnect, unconfirmed ones are sent again in order with the same message-id (at least once). A message that reached no queue is counted as returned even without --mandatory.",
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
  quiet: toggle({ group: "Output", summary: "no Sent: lines" }),
};

const ignored = {
  group: "General",
  ignored: true,
  summary: "accepted as in the sample; no effect here",
} as const;

/** Flags of the sample's common parser that do nothing in a publisher. */
export const sampleConsumerFlags = {
  ackAuto: toggle(ignored),
  verbose: toggle(ignored),
  prefetch: count({ min: 0 })(ignored),
  lazy: duration(ignored),
};
