// What a session needs to run without the program around it: a plan with short deadlines, a world, and a report and a
// client that remember what they were told.
import { Secret } from "../../src/amqp/session/credentials.ts";
import type { Connection } from "../../src/amqp/session/connection.ts";
import type { Link } from "../../src/amqp/session/link.ts";
import type { Client } from "../../src/amqp/session/client.ts";
import {
  Session,
  type ConnectionPlan,
  type SessionReport,
} from "../../src/amqp/session/session.ts";
import type { Target, TargetFlags } from "../../src/amqp/session/target.ts";
import type { TopologyPlan } from "../../src/amqp/session/topology.ts";
import type { Failure } from "../../src/errors.ts";
import { atTestEnd } from "./cleanup.ts";
import type { Script } from "./misbehave-script.ts";
import { DEADLINE_MS, Watch } from "./watch.ts";

/** What a test may want otherwise. */
export interface Wishes {
  readonly waitMs?: number;
  readonly maxOutageMs?: number;
  readonly connectTimeoutMs?: number;
  readonly heartbeatMs?: number;
  readonly auth?: "plain" | "external";
  readonly topology?: TopologyPlan;
  /** Aborted: stop connecting. */
  readonly signal?: AbortSignal;
}

const noTopology: TopologyPlan = {
  passive: false,
  exchange: undefined,
  queue: undefined,
  bindings: [],
};

/** Declares one queue. */
export function queueTopology(name: string, exclusive = false): TopologyPlan {
  const queue = { name, durable: true, autoDelete: false, exclusive, arguments: {} };
  return { ...noTopology, queue };
}

/** A broker on the loopback, named by --server-name and --port-number; without TLS. */
export function pretendedTarget(port: number, flags: Partial<TargetFlags> = {}): Target {
  const named = {
    host: "--server-name",
    port: "--port-number",
    subjectname: undefined,
    certificate: undefined,
  } as const;
  const place = { host: "127.0.0.1", port, tls: false, vhost: "/", username: "guest" };
  return { ...place, flags: { ...named, ...flags } };
}

/** A plan that connects to these ports of the loopback in turn, as guest. */
function planFor(ports: readonly number[], wishes: Wishes): ConnectionPlan {
  const { waitMs = 0, maxOutageMs = 5000, connectTimeoutMs = 2000, heartbeatMs = 0 } = wishes;
  return {
    targets: ports.map((port) => pretendedTarget(port)),
    password: { from: "known", secret: new Secret("guest") },
    tls: undefined,
    waitMs,
    maxOutageMs,
    settings: {
      auth: wishes.auth ?? "plain",
      connectTimeoutMs,
      heartbeatMs,
      channelMax: undefined,
      frameMax: 131_072,
      clientProperties: {},
    },
  };
}

/** Remembers what people would read of a session. */
export class RememberedReport implements SessionReport {
  readonly lines: string[] = [];

  declared(): void {}

  transientQueueDenied(): void {}

  lost(reason: Failure): void {
    this.lines.push(`lost: ${reason.message}`);
  }

  stillLost(reason: Failure): void {
    this.lines.push(`still lost: ${reason.message}`);
  }

  waiting(reason: Failure): void {
    this.lines.push(`waiting: ${reason.message}`);
  }

  restored(address: string): void {
    this.lines.push(`restored: ${address}`);
  }
}

/** Opens a session. It is closed with its test. @throws Failure */
export async function openSession(
  ports: readonly number[],
  client: Client,
  wishes: Wishes = {},
  report: SessionReport = new RememberedReport(),
): Promise<Session> {
  const signal = wishes.signal ?? new AbortController().signal;
  const world = { signal, askPassword: () => Promise.reject(new Error("nobody to ask")) };
  const topology = wishes.topology ?? noTopology;
  const session = await Session.open(planFor(ports, wishes), topology, client, report, world);
  atTestEnd(() => session.abandon());
  return session;
}

/** A client that does nothing but remember. */
export class IdleClient implements Client {
  readonly channelKind = "plain";
  isDrained = true;
  readonly links: Link[] = [];
  progress = 0;
  detached = 0;
  failure: Failure | undefined;
  readonly #act: (link: Link) => Promise<void>;
  readonly #watch = new Watch(
    () =>
      `${this.links.length} links, ${this.detached} lost, ${this.failure?.message ?? "no failure"}`,
  );

  /** `act` is what it does on each link. */
  constructor(act: (link: Link) => Promise<void> = () => Promise.resolve()) {
    this.#act = act;
  }

  get connection(): Connection | undefined {
    return this.links.at(-1)?.connection;
  }

  async attach(link: Link): Promise<void> {
    this.links.push(link);
    await this.#act(link);
    this.#watch.changed();
  }

  detach(): void {
    this.detached++;
    this.#watch.changed();
  }

  fail(failure: Failure): void {
    this.failure = failure;
    this.#watch.changed();
  }

  /** Resolves when so many links were attached, one after another. */
  async attached(count: number, timeoutMs = DEADLINE_MS): Promise<void> {
    await this.#watch.until(`link ${count}`, () => this.links.length >= count, timeoutMs);
  }

  /** Resolves with the failure that ends the session. */
  async failed(timeoutMs = DEADLINE_MS): Promise<Failure> {
    return await this.#watch.until("the end of the session", () => this.failure, timeoutMs);
  }
}

/** Each connection has its own script; further ones get the last. */
export function inTurn(...scripts: readonly Script[]): (connection: number) => Script {
  return (connection) => scripts[Math.min(connection, scripts.length) - 1] ?? [];
}

/** How an attempt fails, and when. Rejects when it succeeds. */
export async function failing(
  attempt: Promise<unknown>,
): Promise<{ readonly error: Error; readonly ms: number }> {
  const since = performance.now();
  const error = await attempt.then(
    () => new Error("it has not failed"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new TypeError("failed with what is no error");
  return { error, ms: performance.now() - since };
}

/** How long something takes. */
export async function timed(act: Promise<unknown>): Promise<number> {
  const since = performance.now();
  await act;
  return performance.now() - since;
}
