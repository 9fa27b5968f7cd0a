// Mistakes in the properties of a queue: messages that disappear, arguments that the broker refuses.
import { queueFlags } from "../flag-names.ts";
import { nameQueue, refusesWhenFull, textIn } from "./descriptions.ts";
import type { Sketch } from "./sketch.ts";

const deadLetterExchange = "x-dead-letter-exchange";

/** What each type of queue does not have; the same on RabbitMQ 3.10, 4.0 and 4.3. */
const refused: Readonly<Record<string, readonly string[]>> = {
  classic: ["x-delivery-limit"],
  quorum: ["x-max-priority"],
  stream: [
    "x-message-ttl",
    "x-expires",
    "x-max-length",
    "x-overflow",
    "x-max-priority",
    "x-delivery-limit",
    "x-single-active-consumer",
    deadLetterExchange,
  ],
};

/** The flags that set these; a time to live has two. */
const flags: typeof queueFlags = {
  ...queueFlags,
  "x-message-ttl": "--message-ttl or --queue-message-ttl",
};

/** Keyed by what is wrong; see Rule in mistakes.ts. */
export const queueMistakes = {
  /** What gets too old is dropped without a trace. */
  expiresToNowhere({ topology: { queue }, publishing }: Sketch): string | undefined {
    const isLost =
      queue &&
      (publishing?.expires || "x-message-ttl" in queue.arguments) &&
      !(deadLetterExchange in queue.arguments) &&
      textIn(queue.arguments, "x-queue-type") !== "stream";
    return isLost
      ? `messages that get too old in queue ${nameQueue(queue.name)} are dropped: to keep them, add --dead-letter-exchange.`
      : undefined;
  },

  /** So is what does not fit in, unless the queue refuses it. */
  overflowsToNowhere({ topology: { queue } }: Sketch): string | undefined {
    const fields = queue?.arguments ?? {};
    const isBounded = "x-max-length" in fields || "x-max-length-bytes" in fields;
    if (!queue || !isBounded || refusesWhenFull(queue) || deadLetterExchange in fields)
      return undefined;
    if (textIn(fields, "x-queue-type") === "stream") return undefined;
    return `when queue ${nameQueue(queue.name)} is full, its oldest messages are dropped: to keep them, add --dead-letter-exchange or --overflow reject-publish.`;
  },

  /** The broker refuses this with a 406. */
  keyWithoutExchange({ topology: { queue } }: Sketch): string | undefined {
    const fields = queue?.arguments ?? {};
    return "x-dead-letter-routing-key" in fields && !(deadLetterExchange in fields)
      ? "--dead-letter-routing-key needs --dead-letter-exchange: the broker refuses the queue without it."
      : undefined;
  },

  /** The broker refuses this with a 406. */
  argumentOfOtherType({ topology: { queue } }: Sketch): string | undefined {
    const type = textIn(queue?.arguments, "x-queue-type") ?? "classic";
    const strange = refused[type]?.find((name) => queue && name in queue.arguments);
    return strange === undefined
      ? undefined
      : `the broker does not take ${flags[strange] ?? strange} for a ${type} queue: it would refuse the queue.`;
  },

  /** A publisher's auto-delete queue: the consumer that leaves takes it along. */
  autoDelete({ topology: { queue }, publishing }: Sketch): string | undefined {
    if (!publishing || !queue?.autoDelete || queue.exclusive) return undefined;
    return `queue ${nameQueue(queue.name)} is auto-delete: when its last consumer leaves, it is deleted with the messages in it; add --nad-queue to keep it.`;
  },

  /** A publisher's exclusive queue ends with the publisher. */
  exclusiveWhenPublishing({ topology: { queue }, publishing }: Sketch): string | undefined {
    if (!publishing || !queue?.exclusive) return undefined;
    return `queue ${nameQueue(queue.name)} is exclusive: it is deleted, with the messages in it, when amqp-pub ends.`;
  },

  /** Streams hand out by credit. */
  streamConsumer({ topology: { queue }, consuming }: Sketch): string | undefined {
    if (!consuming || textIn(queue?.arguments, "x-queue-type") !== "stream") return undefined;
    if (consuming.get) return "--get does not work on a stream: leave it out, and stop with -n.";
    if (consuming.prefetch === Infinity)
      return "a stream needs a prefetch limit: leave out --prefetch 0.";
    return undefined;
  },

  /** Everything the queue holds is sent at once. */
  unlimited({ consuming }: Sketch): string | undefined {
    if (!consuming || consuming.get || consuming.prefetch !== Infinity) return undefined;
    const where = consuming.handler ? "wait here for a handler" : "come into memory";
    return `--prefetch 0 sets no limit: all messages ${where}, and other consumers get none; --prefetch 1 shares work fairly.`;
  },
} as const;
