// Exchanges, queues and bindings to declare before the first message. What they mean together: ../topology-plan.ts.
import { entityName, entityNames } from "../entity.ts";
import { count, name, names, oneOf, pairs, size, toggle } from "../flag.ts";
import { timeToLive } from "../time-flag.ts";

const group = "Topology";

/** Flags that mean the same in both binaries. */
export const topologyFlags = {
  createQueue: toggle({
    group,
    short: "Q",
    usual: true,
    summary: "declare the queue; without -q the broker names it",
    details:
      "Transient and auto-delete by default, as in the sample. A broker that denies transient non-exclusive queues (RabbitMQ 4.3 and later) gets a durable one instead, auto-delete unless --nad-queue, and a note says so.",
  }),
  exchange: entityName({
    group,
    short: "e",
    usual: true,
    default: "",
    placeholder: "EXCHANGE",
    summary: "exchange; none: the default exchange",
  }),
  exchangeType: name({
    group,
    short: "t",
    usual: true,
    completes: ["direct", "fanout", "topic", "headers"],
    default: "direct",
    placeholder: "TYPE",
    summary: "direct, fanout, topic, headers, ...",
    details: "Plug-ins of the broker add types. Only matters together with --create-exchange.",
  }),
  createExchange: toggle({ group, short: "E", usual: true, summary: "declare the exchange" }),
  bindQueue: toggle({
    group,
    usual: true,
    summary: "bind the queue to the exchange with the routing key",
  }),
  durableExchange: toggle({ group, summary: "the exchange survives a broker restart" }),
  nadExchange: toggle({
    group,
    summary: "not auto-delete: keep the exchange without bindings",
    details: "As in the sample, a declared exchange is otherwise deleted with its last binding.",
  }),
  internalExchange: toggle({ group, summary: "only other exchanges may publish to the exchange" }),
  alternateExchange: entityName({
    group,
    placeholder: "EXCHANGE",
    summary: "where the exchange sends what it cannot route",
  }),
  exchangeArg: pairs({ group, summary: "further argument of --create-exchange, typed" }),
  durableQueue: toggle({ group, summary: "the queue survives a broker restart" }),
  nadQueue: toggle({ group, summary: "not auto-delete: keep the queue without consumers" }),
  exclusive: toggle({ group, summary: "only this connection may use the queue; gone with it" }),
  queueType: oneOf(["classic", "quorum", "stream"])({
    group,
    summary: "quorum and stream imply durable, not auto-delete",
  }),
  queueTtl: timeToLive({ min: 1 })({
    group,
    summary: "delete the queue when unused for this time (x-expires)",
  }),
  queueMessageTtl: timeToLive({ min: 0 })({
    group,
    summary: "drop messages older than this (x-message-ttl)",
  }),
  deadLetterExchange: entityName({
    group,
    placeholder: "EXCHANGE",
    summary: "where rejected and expired messages go",
  }),
  deadLetterRoutingKey: name({ group, placeholder: "KEY", summary: "the key they get on the way" }),
  maxLength: count({ min: 0 })({ group, summary: "most messages the queue holds" }),
  maxLengthBytes: size({ max: Number.MAX_SAFE_INTEGER })({
    group,
    summary: "most bytes of bodies the queue holds",
  }),
  overflow: oneOf(["drop-head", "reject-publish", "reject-publish-dlx"])({
    group,
    placeholder: "POLICY",
    summary: "what a full queue does",
  }),
  maxPriority: count({ min: 1, max: 255 })({
    group,
    summary: "priorities 0 to N (x-max-priority)",
  }),
  deliveryLimit: count({ min: 0 })({
    group,
    summary: "redeliveries before a quorum queue gives up",
  }),
  singleActiveConsumer: toggle({
    group,
    summary: "one consumer at a time gets messages",
    details:
      "An amqp-con that declares it so gives back in order when it stops; the next one goes on where it was.",
  }),
  queueArg: pairs({
    group,
    summary: "further argument of --create-queue, typed",
    details:
      "For example --queue-arg x-max-length:int=10. Types: string, int, bool, double, timestamp, bytes, null, json.",
  }),
  bindHeader: pairs({ group, summary: "binding argument for a headers exchange, typed" }),
  match: oneOf(["all", "any"])({
    group,
    summary: "whether all or any of --bind-header must match",
  }),
  bindExchange: entityName({
    group,
    placeholder: "SOURCE",
    summary: "bind the exchange to this source exchange",
  }),
  passive: toggle({ group, summary: "with -E or -Q: check that it exists, create nothing" }),
};

const queue = { group, short: "q", placeholder: "QUEUE", usual: true } as const;
const routingKey = { group, short: "k", placeholder: "KEY", usual: true } as const;

/** The publisher's queue and key: one each. */
export const publisherTopologyFlags = {
  queue: entityName({ ...queue, default: "", summary: "queue to declare or bind" }),
  routingKey: name({
    ...routingKey,
    summary: "routing key of messages and of the binding",
    details: "Without it, on the default exchange, the name of the queue (-q).",
  }),
  ...topologyFlags,
};

/** The consumer's queues and binding keys. */
export const consumerTopologyFlags = {
  queue: entityNames({ ...queue, default: [], summary: "queue to consume from; repeatable" }),
  routingKey: names({
    ...routingKey,
    default: [],
    summary: "key to bind the queue with; repeatable",
  }),
  ...topologyFlags,
  messageTtl: timeToLive({ min: 0 })({
    group,
    summary: "the same as --queue-message-ttl, as in the sample",
  }),
};
