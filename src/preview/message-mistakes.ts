// Mistakes in how messages are sent: what nobody notices, and what does not last.
import { exchangeType, isClassic, nameQueue, refusesWhenFull } from "./descriptions.ts";
import type { Sketch } from "./sketch.ts";

/** Keyed by what is wrong; see Rule in mistakes.ts. */
export const messageMistakes = {
  /** A return says that no queue took the message; only a confirm says that one did. */
  mandatoryUnconfirmed({ publishing }: Sketch): string | undefined {
    return publishing?.mandatory && !publishing.confirm
      ? "--mandatory tells of messages that reach no queue, not of those that a queue loses or refuses: add --confirm."
      : undefined;
  },

  /** The refusal of a full queue is a nack, which only confirms bring. */
  refusalUnnoticed({ topology: { queue }, publishing }: Sketch): string | undefined {
    return publishing && queue && refusesWhenFull(queue) && !publishing.confirm
      ? `when queue ${nameQueue(queue.name)} is full it refuses messages, which is noticed only with --confirm.`
      : undefined;
  },

  /** What is forwarded arrives again in the queue from which it was taken. (By its name: that is wrong use.) */
  circle({ topology, consuming }: Sketch): string | undefined {
    const { forward } = consuming ?? {};
    if (!consuming || !forward) return undefined;
    const comesBack = topology.bindings.some(
      ({ to, source, key }) =>
        to === "queue" &&
        source === forward.exchange &&
        (exchangeType(topology, source) === "fanout" || (forward.routingKey ?? key) === key),
    );
    return comesBack
      ? `--forward sends messages back to queue ${nameQueue(consuming.queue)}, from which they are taken again, without end.`
      : undefined;
  },

  /** A restart of the broker takes the queue. */
  persistentInTransient({ topology: { queue }, publishing }: Sketch): string | undefined {
    return publishing?.persistent && queue && !queue.durable
      ? `persistent messages are lost with queue ${nameQueue(queue.name)}, which is transient: add --durable-queue.`
      : undefined;
  },

  /** A restart of the broker keeps the queue, and takes the messages. */
  transientInDurable({ topology: { queue }, publishing }: Sketch): string | undefined {
    // A record says itself whether it is persistent.
    if (publishing?.own === "exchange and key") return undefined;
    return publishing && !publishing.persistent && queue?.durable && isClassic(queue)
      ? `queue ${nameQueue(queue.name)} survives a restart of the broker, the messages do not: add --persistent.`
      : undefined;
  },

  /** Queues without x-max-priority ignore priorities. */
  priorityIgnored({ topology: { queue }, publishing }: Sketch): string | undefined {
    return publishing?.priority !== undefined &&
      queue &&
      isClassic(queue) &&
      !("x-max-priority" in queue.arguments)
      ? `queue ${nameQueue(queue.name)} ignores priorities: declare it with --max-priority.`
      : undefined;
  },
} as const;
