// A sketch → what its drawing shows: exchanges, keys, queues, who publishes and who consumes.
import type { Destination } from "../amqp/publish/courier.ts";
import type { BindingPlan, TopologyPlan } from "../amqp/session/topology.ts";
import type { Edge, Graph, Node } from "./graph.ts";
import {
  describeExchange,
  describeFields,
  describeQueue,
  exchangeType,
  nameQueue,
  textIn,
} from "./descriptions.ts";
import type { Consuming, Publishing, Sketch } from "./sketch.ts";

/** The way of messages first, then where exchange and queue send what they cannot keep. */
export function trace(sketch: Sketch): Graph {
  const { topology, publishing, consuming } = sketch;
  const bindings = traceBindings(topology);
  const edges = [
    ...(publishing ? tracePublishing(sketch, publishing) : []),
    ...(consuming ? tracePublishers(sketch, bindings) : []),
    ...bindings,
    ...(publishing?.asks ? traceReply(sketch, publishing) : []),
    ...traceConsuming(sketch),
    ...traceOverflow(topology),
  ];
  const { exchange, queue } = topology;
  const nodes = [
    ...(exchange ? [drawExchange(topology, exchange.name)] : []),
    ...(queue ? [drawQueue(topology, queue.name)] : []),
  ];
  return { nodes, edges };
}

/** Our own messages: to an exchange, and from the default exchange to the queue of that name. */
function tracePublishing({ topology, program }: Sketch, publishing: Publishing): readonly Edge[] {
  const from = client(program, describePublishing(publishing));
  const { key = nameQueue(""), own } = publishing;
  const exchange = drawExchange(topology, publishing.exchange);
  const sending = { from, to: exchange, labels: [own ? `own ${own}` : key] };
  if (publishing.exchange !== "" || own || key === "") return [sending];
  return [sending, { from: exchange, to: drawQueue(topology, key), labels: [""] }];
}

/** Messages of other publishers: to each exchange that only leads on, or by the queue's name. */
function tracePublishers(sketch: Sketch, bindings: readonly Edge[]): readonly Edge[] {
  const { topology } = sketch;
  const publishers = client("publishers", []);
  const sources = bindings
    .map(({ from }) => from)
    .filter(({ id }) => !bindings.some(({ to }) => to.id === id));
  const isBound = ({ id }: Node): boolean => bindings.some(({ to }) => to.id === id);
  const unbound = drawConsumed(sketch).filter((queue) => !isBound(queue));
  const unique = new Map(sources.map((source) => [source.id, source]));
  const direct = drawExchange(topology, "");
  return [
    ...[...unique.values()].map((to) => ({ from: publishers, to, labels: [""] })),
    ...(unbound.length > 0
      ? [{ from: publishers, to: direct, labels: unbound.map(({ title }) => title) }]
      : []),
    ...unbound.map((queue) => ({ from: direct, to: queue, labels: [""] })),
  ];
}

/** The server that answers requests is not known; it is at the end of their way. */
function traceReply({ topology, program }: Sketch, publishing: Publishing): readonly Edge[] {
  const { exchange, key = "" } = publishing;
  const asker = client(program, describePublishing(publishing));
  const server = client("server", []);
  const binding = topology.bindings.find(({ to, source }) => to === "queue" && source === exchange);
  const named = exchange === "" ? drawQueue(topology, key) : drawExchange(topology, exchange);
  const last = binding ? drawDestination(topology, binding) : named;
  return [
    { from: last, to: server, labels: [""] },
    { from: server, to: asker, labels: ["reply"] },
  ];
}

function traceBindings(topology: TopologyPlan): readonly Edge[] {
  const edges = new Map<string, Edge>();
  for (const binding of topology.bindings) {
    const from = drawExchange(topology, binding.source);
    const to = drawDestination(topology, binding);
    const id = JSON.stringify([from.id, to.id]);
    const label = labelOf(topology, binding);
    edges.set(id, { from, to, labels: [...(edges.get(id)?.labels ?? []), label] });
  }
  return [...edges.values()];
}

function drawDestination(topology: TopologyPlan, { to, destination }: BindingPlan): Node {
  return to === "exchange"
    ? drawExchange(topology, destination)
    : drawQueue(topology, destination || (topology.queue?.name ?? ""));
}

/** What a binding asks of messages: by the type of its source, where that is known. */
function labelOf(topology: TopologyPlan, binding: BindingPlan): string {
  const type = exchangeType(topology, binding.source);
  if (type === "fanout") return "all";
  const fields = describeFields(binding.arguments);
  if (type === "headers") return fields.length === 0 ? "all" : fields.join(", ");
  return [binding.key === "" ? "no key" : binding.key, ...fields].join(", ");
}

/** The queues that are consumed. */
function drawConsumed({ topology, consuming }: Sketch): readonly Node[] {
  if (!consuming) return [];
  return [consuming.queue, ...consuming.alsoFrom].map((name) => drawQueue(topology, name));
}

/** From the queues to the consumer, and on to where messages are published again. */
function traceConsuming(sketch: Sketch): readonly Edge[] {
  const { topology, consuming, program } = sketch;
  if (!consuming) return [];
  const { forward, deadLetter } = consuming;
  const consumer = client(program, describeConsuming(consuming));
  const publishes = [
    ...(forward ? [{ ...forward, why: "" }] : []),
    ...(deadLetter ? [{ ...deadLetter, why: "failed: " }] : []),
  ];
  return [
    ...drawConsumed(sketch).map((from) => ({ from, to: consumer, labels: [""] })),
    ...publishes.map(({ why, ...destination }) => ({
      from: consumer,
      to: drawTarget(topology, destination),
      labels: [`${why}${destination.routingKey ?? "its own key"}`],
    })),
  ];
}

function describeConsuming({ prefetch, ackOnArrival, get, handler }: Consuming): readonly string[] {
  const taking = prefetch === Infinity ? "no prefetch limit" : `prefetch ${prefetch}`;
  return [
    get ? "one by one" : taking,
    ...(ackOnArrival ? ["ack-auto"] : []),
    ...(handler ? [`runs ${handler.file}`] : []),
    ...(handler && handler.jobs > 1 ? [`${handler.jobs} at once`] : []),
  ];
}

/** Alternate exchange and dead letters. */
function traceOverflow(topology: TopologyPlan): readonly Edge[] {
  const { exchange, queue, passive } = topology;
  const alternate = textIn(exchange?.arguments, "alternate-exchange");
  const dead = textIn(queue?.arguments, "x-dead-letter-exchange");
  const key = textIn(queue?.arguments, "x-dead-letter-routing-key");
  const label = `rejected, expired${key === undefined ? "" : `: ${key}`}`;
  const edges: Edge[] = [];
  if (exchange && alternate !== undefined && !passive) {
    const from = drawExchange(topology, exchange.name);
    edges.push({ from, to: drawExchange(topology, alternate), labels: ["what no queue takes"] });
  }
  if (queue && dead !== undefined && !passive) {
    const from = drawQueue(topology, queue.name);
    const to = drawTarget(topology, { exchange: dead, routingKey: key });
    edges.push({ from, to, labels: [label] });
  }
  return edges;
}

/** Where messages are published again: an exchange, or by the default one straight to a queue. */
function drawTarget(topology: TopologyPlan, { exchange, routingKey }: Destination): Node {
  return exchange === "" && routingKey !== undefined
    ? drawQueue(topology, routingKey)
    : drawExchange(topology, exchange);
}

function client(title: string, notes: readonly string[]): Node {
  return { id: `client ${title}`, shape: "client", title, notes };
}

function describePublishing({
  what,
  persistent,
  confirm,
  mandatory,
}: Publishing): readonly string[] {
  return [
    what,
    ...(persistent ? ["persistent"] : []),
    ...(confirm ? ["confirmed"] : []),
    ...(mandatory ? ["mandatory"] : []),
  ];
}

function drawExchange(topology: TopologyPlan, name: string): Node {
  const plan = topology.exchange?.name === name ? topology.exchange : undefined;
  const type = exchangeType(topology, name);
  const node = { id: `exchange ${name}`, shape: "exchange", title: name } as const;
  if (name === "") return { ...node, title: "(default exchange)", notes: ["by queue name"] };
  if (plan && !topology.passive) return { ...node, notes: describeExchange(plan) };
  if (plan || type === undefined) return { ...node, notes: ["must exist"] };
  return { ...node, notes: [`${type} exchange`, "built in"] };
}

function drawQueue(topology: TopologyPlan, name: string): Node {
  const { queue, passive } = topology;
  const node = { id: `queue ${nameQueue(name)}`, shape: "queue", title: nameQueue(name) } as const;
  const isDeclared = queue && !passive && nameQueue(queue.name) === nameQueue(name);
  return { ...node, notes: isDeclared ? describeQueue(queue) : ["must exist"] };
}
