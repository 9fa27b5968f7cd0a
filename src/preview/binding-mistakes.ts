// Mistakes in exchanges and bindings: messages that never arrive, keys that mean nothing.
import type { BindingPlan } from "../amqp/session/topology.ts";
import { builtInType, exchangeType, nameQueue } from "./descriptions.ts";
import type { Sketch } from "./sketch.ts";

/** Keyed by what is wrong; see Rule in mistakes.ts. */
export const bindingMistakes = {
  /** -Q beside -e, and no --bind-queue: the most frequent one. */
  unboundQueue({ topology, publishing, consuming }: Sketch): string | undefined {
    const { queue, exchange, bindings } = topology;
    const named = exchange?.name ?? publishing?.exchange ?? "";
    if (!queue || named === "" || bindings.some(({ to }) => to === "queue")) return undefined;
    // The run itself warns of a queue that nobody else can bind.
    if (consuming && exchange && (queue.exclusive || queue.name === "")) return undefined;
    const effect = consuming ? "nothing sent there arrives" : "the messages do not get there";
    return `queue ${nameQueue(queue.name)} is not bound to exchange ${named}: ${effect}; add --bind-queue${keyHint(exchange?.type)}.`;
  },

  /** The broker's own exchanges can only be declared as they are. */
  builtInExchange({ topology }: Sketch): string | undefined {
    const { exchange } = topology;
    if (!exchange?.name.startsWith("amq.")) return undefined;
    const type = builtInType(exchange.name);
    if (type === undefined)
      return `names that begin with amq. belong to the broker: it would refuse exchange ${exchange.name}.`;
    const { durable, autoDelete, internal } = exchange;
    const isSame = exchange.type === type && durable && !autoDelete && !internal;
    return isSame
      ? undefined
      : `every broker has exchange ${exchange.name} (${type}), and would refuse to create it otherwise: leave out -E.`;
  },

  /** The default exchange knows queues by their names alone. */
  keyOfNoQueue({ topology: { queue }, publishing }: Sketch): string | undefined {
    if (!publishing || publishing.exchange !== "" || publishing.own || !queue) return undefined;
    const { key, otherKeys } = publishing;
    if (key === undefined || [key, ...otherKeys].includes(queue.name)) return undefined;
    return `the default exchange delivers to the queue named by the key: not to ${nameQueue(queue.name)} but to one named ${key}; leave out -k, or bind the queue with -e EXCHANGE --bind-queue.`;
  },

  /** An exchange that is made for these messages, and leads nowhere. */
  exchangeToNowhere({ topology, publishing }: Sketch): string | undefined {
    const { exchange, bindings, queue } = topology;
    if (!publishing || !exchange || publishing.exchange !== exchange.name) return undefined;
    // With these the run itself tells.
    if (publishing.mandatory || publishing.confirm) return undefined;
    const leadsOn = bindings.some(({ source }) => source === exchange.name);
    if (queue || leadsOn || "alternate-exchange" in exchange.arguments) return undefined;
    return `nothing here is bound to exchange ${exchange.name}: unless somebody has bound a queue before, what is sent is lost without a word; --mandatory tells.`;
  },

  /** A queue that the broker names, in a consumer: nobody knows where to send. */
  namelessQueue({ topology, consuming }: Sketch): string | undefined {
    const { queue, exchange, bindings } = topology;
    if (!consuming || !queue || queue.name !== "" || exchange || bindings.length > 0)
      return undefined;
    return "nobody knows the name that the broker gives to the queue: name it with -q, or bind it with -e EXCHANGE --bind-queue.";
  },

  /** `*` and `#` are ordinary characters to a direct exchange. */
  wildcardOnDirect({ topology }: Sketch): string | undefined {
    const found = bindingsOf(topology, "direct").find(({ key }) => hasWildcard(key));
    return (
      found &&
      `exchange ${found.source} is direct: the key ${found.key} matches no other key, for * and # mean something to topic exchanges only (-t topic).`
    );
  },

  /** A consumer's binding without key. */
  noKey({ topology, consuming }: Sketch): string | undefined {
    const types = ["direct", "topic"] as const;
    const found = types
      .flatMap((type) => bindingsOf(topology, type).map((binding) => ({ ...binding, type })))
      .find(({ key }) => key === "");
    if (!consuming || !found) return undefined;
    const way = found.type === "topic" ? "-k '#' takes all" : "add -k KEY";
    return `the binding to exchange ${found.source} has no key, and takes only messages without one: ${way}.`;
  },

  /** Fanout exchanges copy everything to everybody. */
  keyOnFanout({ topology, publishing }: Sketch): string | undefined {
    const found = bindingsOf(topology, "fanout").find(({ key }) => key !== "");
    const sent =
      publishing?.key && exchangeType(topology, publishing.exchange) === "fanout"
        ? publishing.exchange
        : undefined;
    const exchange = found?.source ?? sent;
    return exchange === undefined
      ? undefined
      : `exchange ${exchange} is fanout: it ignores the key, and every queue bound to it gets every message.`;
  },

  /** Headers exchanges look at headers only, and without any they match everything. */
  keyOnHeaders({ topology }: Sketch): string | undefined {
    const found = bindingsOf(topology, "headers").find(
      ({ arguments: fields }) =>
        Object.keys(fields).filter((name) => name !== "x-match").length === 0,
    );
    return (
      found &&
      `exchange ${found.source} is of type headers: without --bind-header the binding takes every message${found.key === "" ? "" : ", whatever its key"}.`
    );
  },

  /** Other exchanges do not look at headers. */
  headersElsewhere({ topology }: Sketch): string | undefined {
    const types = ["direct", "fanout", "topic"] as const;
    const found = types
      .flatMap((type) => bindingsOf(topology, type))
      .find(({ arguments: fields }) => Object.keys(fields).length > 0);
    return (
      found &&
      `exchange ${found.source} ignores --bind-header: only exchanges of type headers look at headers (-t headers).`
    );
  },

  /** What is sent with a wildcard in its key. */
  wildcardSent({ topology, publishing }: Sketch): string | undefined {
    const key = publishing?.key ?? "";
    if (!publishing || !hasWildcard(key)) return undefined;
    if (exchangeType(topology, publishing.exchange) !== "topic") return undefined;
    return `the messages themselves have the key ${key}: * and # belong into the keys of bindings.`;
  },

  /** Only exchanges may send to an internal one. */
  internalExchange({ topology, publishing }: Sketch): string | undefined {
    const { exchange } = topology;
    if (!publishing || !exchange?.internal || publishing.exchange !== exchange.name)
      return undefined;
    return `exchange ${exchange.name} is internal: the broker refuses what is published to it; publish to one that it is bound to.`;
  },

  /** A restart of the broker takes the exchange, and with it the binding of the durable queue. */
  transientExchange({ topology }: Sketch): string | undefined {
    const { exchange, queue, bindings } = topology;
    const isBound = bindings.some(({ to, source }) => to === "queue" && source === exchange?.name);
    if (!exchange || !queue || exchange.durable || !queue.durable || !isBound) return undefined;
    return `queue ${nameQueue(queue.name)} is durable but exchange ${exchange.name} is not: after a restart of the broker the binding is gone; add --durable-exchange.`;
  },
} as const;

function keyHint(type: string | undefined): string {
  return type === "fanout" || type === "headers" ? "" : " -k KEY";
}

function bindingsOf(topology: Sketch["topology"], type: string): readonly BindingPlan[] {
  return topology.bindings.filter(({ source }) => exchangeType(topology, source) === type);
}

/** Is there a wildcard, as a topic exchange reads it: a word that is `*` or `#`? */
function hasWildcard(key: string): boolean {
  return key.split(".").some((word) => word === "*" || word === "#");
}
