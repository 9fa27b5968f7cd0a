// What a dry run knows: the plan of either program, reduced to what is declared and how messages would flow. No secrets.
import { addressOf } from "../address.ts";
import type { AdministrationPlan } from "../administer.ts";
import type { Offset } from "../amqp/consume/stream.ts";
import type { Destination } from "../amqp/publish/courier.ts";
import type { ConnectionPlan } from "../amqp/session/session.ts";
import type { Task } from "../amqp/administer/task.ts";
import type { TopologyPlan } from "../amqp/session/topology.ts";
import type { ConsumePlan } from "../consume.ts";
import { isList } from "../message/fields.ts";
import type { PublishPlan } from "../publish.ts";
import type { RpcPlan } from "../rpc.ts";
import type { SendingPlan } from "../sending.ts";
import type { AftermathPlan } from "../work/aftermath.ts";
import { delayQueueNames } from "../work/retry.ts";
import { nameQueue } from "./descriptions.ts";

export interface Sketch {
  readonly program: string;
  /** The brokers, as `host:5672, vhost /, as guest`. */
  readonly places: readonly string[];
  /** What the run would warn about. */
  readonly warnings: readonly string[];
  readonly topology: TopologyPlan;
  readonly tasks: readonly Task[];
  readonly publishing: Publishing | undefined;
  readonly consuming: Consuming | undefined;
}

/** How messages would be sent. */
export interface Publishing {
  readonly exchange: string;
  /** Undefined: the name that the broker gives to the declared queue. */
  readonly key: string | undefined;
  /** What each message brings along, which `exchange` and `key` only stand in for. */
  readonly own: "key" | "exchange and key" | undefined;
  /** What is sent: `3 messages`. */
  readonly what: string;
  readonly confirm: boolean;
  readonly mandatory: boolean;
  readonly persistent: boolean;
  readonly priority: number | undefined;
  /** The messages say themselves when they are too old. */
  readonly expires: boolean;
  /** Further routing keys of each message: CC and BCC. */
  readonly otherKeys: readonly string[];
  /** Each message is a request whose reply is awaited. */
  readonly asks: boolean;
}

/** How messages would be taken. */
export interface Consuming {
  /** Empty: the broker will name it. */
  readonly queue: string;
  readonly alsoFrom: readonly string[];
  /** Where to begin in a stream, unless this file says where to go on. */
  readonly start: Offset | undefined;
  readonly offsetFile: string | undefined;
  /** Infinity: no limit. */
  readonly prefetch: number;
  readonly ackOnArrival: boolean;
  /** Fetched one by one. */
  readonly get: boolean;
  /** The program that is run for each message, without its arguments: they may be secret. */
  readonly handler: { readonly file: string; readonly jobs: number } | undefined;
  readonly forward: Destination | undefined;
  /** The queues in which messages wait for another try. */
  readonly retryQueues: readonly string[];
  /** Where a handler's failures go. */
  readonly deadLetter: Destination | undefined;
}

/** What a message itself can say about its way. */
const owns = { body: undefined, key: "key", record: "exchange and key" } as const;

/** The plan of amqp-pub, with --rpc or without. A request is always confirmed, and told when nobody takes it. */
export function sketchPublish(plan: PublishPlan | RpcPlan): Sketch {
  const asks = "request" in plan;
  return {
    ...sketchRun("amqp-pub", plan),
    tasks: [],
    publishing: {
      exchange: plan.exchange,
      key: plan.routingKey ?? (plan.topology.queue ? undefined : ""),
      own: owns[plan.source.brings],
      what: plan.source.what,
      confirm: asks || plan.publisher.confirm,
      mandatory: asks || plan.publisher.mandatory,
      persistent: plan.properties.deliveryMode === 2,
      priority: plan.properties.priority,
      // The client of an expired request is told.
      expires: !asks && plan.properties.expiration !== undefined,
      otherKeys: [...keysIn(plan, "CC"), ...keysIn(plan, "BCC")],
      asks,
    },
    consuming: undefined,
  };
}

/** The plan of amqp-con. */
export function sketchConsume(plan: ConsumePlan): Sketch {
  const { alsoFrom, prefetch, ackOnArrival, stream } = plan.subscription;
  const queue = plan.topology.queue?.name || plan.subscription.queue;
  return {
    ...sketchRun("amqp-con", plan),
    tasks: [],
    publishing: undefined,
    consuming: {
      queue,
      alsoFrom,
      start: stream?.start,
      offsetFile: plan.offsetFile,
      prefetch,
      ackOnArrival,
      get: plan.intake === "get",
      handler: plan.handler && { file: plan.handler.command.file, jobs: plan.handler.jobs },
      forward: plan.forward,
      retryQueues: plan.handler ? retryQueues(plan.handler.aftermath, [queue, ...alsoFrom]) : [],
      deadLetter: plan.handler?.aftermath.deadLetter,
    },
  };
}

function retryQueues(
  { onFailure, retry }: AftermathPlan,
  queues: readonly string[],
): readonly string[] {
  if (onFailure !== "retry") return [];
  return [...new Set(queues.flatMap((queue) => delayQueueNames(nameQueue(queue), retry)))];
}

/** Administration by either program. */
export function sketchAdministration(program: string, plan: AdministrationPlan): Sketch {
  const { tasks } = plan;
  return { ...sketchRun(program, plan), tasks, publishing: undefined, consuming: undefined };
}

function sketchRun(
  program: string,
  {
    connection,
    topology,
    warnings,
  }: {
    readonly connection: ConnectionPlan;
    readonly topology: TopologyPlan;
    readonly warnings: readonly string[];
  },
) {
  const isNamed = connection.settings.auth !== "external";
  const places = connection.targets.map(
    (target) =>
      `${addressOf(target)}${target.tls ? " (TLS)" : ""}, vhost ${target.vhost}, as ${isNamed ? target.username : "the certificate says"}`,
  );
  return { program, places, topology, warnings };
}

/** Further routing keys of each message (rabbitmq.com/docs/sender-selected). */
function keysIn(
  { properties: { headers = {} } }: SendingPlan,
  name: "CC" | "BCC",
): readonly string[] {
  const keys = headers[name];
  return keys !== undefined && isList(keys) ? keys.filter((key) => typeof key === "string") : [];
}
