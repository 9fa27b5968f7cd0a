// What a run would do, one line each, in the words in which a run says that it was done.
import type { Offset } from "../amqp/consume/stream.ts";
import type { Destination } from "../amqp/publish/courier.ts";
import type { Task } from "../amqp/administer/task.ts";
import type { BindingPlan, TopologyPlan } from "../amqp/session/topology.ts";
import { formatDuration } from "../ui/figures.ts";
import { describeExchange, describeFields, describeQueue, nameQueue } from "./descriptions.ts";
import type { Consuming, Publishing, Sketch } from "./sketch.ts";

/** The lines, in the order of the run. Nothing is escaped yet. */
export function listSteps({
  places,
  topology,
  tasks,
  publishing,
  consuming,
}: Sketch): readonly string[] {
  return [
    `Would connect to ${places.join(", or to ")}`,
    ...listTopology(topology),
    ...tasks.map(describeTask),
    ...(publishing ? [describeSending(publishing)] : []),
    ...(consuming ? [describeConsuming(consuming), ...listWork(consuming)] : []),
  ];
}

function describeConsuming({ queue, alsoFrom, start, offsetFile }: Consuming): string {
  const queues = [nameQueue(queue), ...alsoFrom];
  const goesOn = offsetFile === undefined ? "" : `, unless ${offsetFile} says otherwise`;
  const from = start === undefined ? "" : ` (offset ${describeOffset(start)}${goesOn})`;
  return `Would consume from queue${queues.length > 1 ? "s" : ""}: ${queues.join(", ")}${from}`;
}

function describeOffset(start: Offset): string {
  if (typeof start === "string") return start;
  if ("number" in start) return `${start.number}`;
  if ("seconds" in start) return new Date(start.seconds * 1000).toISOString();
  return `${formatDuration(start.agoMs)} ago`;
}

function listWork({ handler, forward, retryQueues, deadLetter }: Consuming): readonly string[] {
  const [first, ...others] = retryQueues;
  const more = others.length > 0 ? `, and ${others.length} more` : "";
  return [
    ...(handler ? [`Would run ${handler.file} for each message`] : []),
    ...(first === undefined
      ? []
      : [`Would create queue: ${first}${more}, for messages to wait in`]),
    ...(forward ? [`Would send each message to ${describeDestination(forward)}`] : []),
    ...(deadLetter
      ? [`Would send what has failed for good to ${describeDestination(deadLetter)}`]
      : []),
  ];
}

function describeDestination({ exchange, routingKey }: Destination): string {
  const target = exchange === "" ? "the default exchange" : `exchange ${exchange}`;
  return `${target} with ${routingKey === undefined ? "its own key" : `key ${routingKey}`}`;
}

function listTopology({ exchange, queue, bindings, passive }: TopologyPlan): readonly string[] {
  const verb = passive ? "Would look for" : "Would create";
  const say = (what: string, name: string, properties: readonly string[]): string =>
    `${verb} ${what}: ${name}${passive ? "" : ` (${properties.join(", ")})`}`;
  return [
    ...(exchange ? [say("exchange", exchange.name, describeExchange(exchange))] : []),
    ...(queue ? [say("queue", nameQueue(queue.name), describeQueue(queue, []))] : []),
    ...bindings.map((binding) => {
      const name = binding.destination || (queue?.name ?? "");
      return `Would bind ${describeBinding(binding, name, "to")}`;
    }),
  ];
}

/** `Queue [q] to Exchange [e] key`, and what is asked of headers. */
function describeBinding(
  { to, source, key, arguments: table }: BindingPlan,
  name: string,
  preposition: "to" | "from",
): string {
  const fields = describeFields(table);
  const asked = fields.length === 0 ? [] : [`(${fields.join(", ")})`];
  const kind = to === "queue" ? "Queue" : "Exchange";
  const terms = key === "" && asked.length > 0 ? asked : [key, ...asked];
  return `${kind} [${nameQueue(name)}] ${preposition} Exchange [${source}] ${terms.join(" ")}`;
}

function describeTask(task: Task): string {
  switch (task.act) {
    case "purge":
      return `Would purge queue: ${nameQueue(task.queue)}`;
    case "depth":
      return `Would print depth of queue: ${nameQueue(task.queue)}`;
    case "delete-queue":
      return `Would delete queue: ${nameQueue(task.queue)}${conditions(task.ifEmpty, task.ifUnused)}`;
    case "delete-exchange":
      return `Would delete exchange: ${task.exchange}${conditions(false, task.ifUnused)}`;
    case "unbind":
      return `Would unbind ${describeBinding(task.binding, task.binding.destination, "from")}`;
  }
}

function conditions(ifEmpty: boolean, ifUnused: boolean): string {
  const all = [...(ifEmpty ? ["empty"] : []), ...(ifUnused ? ["unused"] : [])];
  return all.length === 0 ? "" : `, if ${all.join(" and ")}`;
}

function describeSending(publishing: Publishing): string {
  const { otherKeys } = publishing;
  const others = otherKeys.length === 0 ? "" : `, and with keys ${otherKeys.join(", ")}`;
  return `Would send ${describeTarget(publishing)}${others}`;
}

function describeTarget({ what, exchange, key, own }: Publishing): string {
  const target = exchange === "" ? "the default exchange" : `exchange ${exchange}`;
  const name = key ?? nameQueue("");
  if (own === "exchange and key")
    return `${what} to its own exchange and key, or else to ${target}${name === "" ? "" : ` with key ${name}`}`;
  if (own) return `${what} to ${target} with its own key`;
  return `${what} to ${target} ${name === "" ? "without key" : `with key ${name}`}`;
}
