// One connection with its channel and the topology declared on it: what a session replaces after a loss.
import type { Channel } from "amqplib";
import { within } from "../deadline.ts";
import { Refused, type Failure } from "../errors.ts";
import { Connection, type Manner } from "./connection.ts";
import type { Target } from "./target.ts";
import type { Secret } from "./credentials.ts";
import { deniesTransientQueues, toFailure } from "./refusal.ts";
import type { TlsOptions } from "./tls.ts";
import { declare, withDurableQueue, type Declared, type TopologyPlan } from "./topology.ts";

/** A channel of a live connection, with the topology declared. */
export interface Link {
  readonly connection: Connection;
  readonly channel: Channel;
  /** The declared queue's name, empty when none was declared. */
  readonly queue: string;
  /** Counts connections; what belongs to an older generation can no longer be settled. */
  readonly generation: number;
  /** Resolves with the reason when the channel or its connection is gone. Never rejects. */
  readonly lost: Promise<Failure>;
}

/** How to log in. */
export interface Login {
  readonly password: Secret | undefined;
  readonly tls: TlsOptions | undefined;
  readonly manner: Manner;
}

/** What opening a link tells people. */
export interface LinkReport {
  declared(declared: Declared): void;
  transientQueueDenied(queue: string): void;
}

/** When a channel dies, its RPC may reject without a reason; the reason is known this soon after. */
const REASON_TIMEOUT_MS = 200;

/** Opens one link after another. */
export class Linker {
  readonly #login: Login;
  readonly #channelKind: "plain" | "confirm";
  readonly #report: LinkReport;
  #topology: TopologyPlan;
  #generation = 0;

  constructor(
    login: Login,
    channelKind: "plain" | "confirm",
    topology: TopologyPlan,
    report: LinkReport,
  ) {
    this.#login = login;
    this.#channelKind = channelKind;
    this.#topology = topology;
    this.#report = report;
  }

  /** Connects, opens a channel, declares. @throws Failure */
  async open(target: Target): Promise<Link> {
    try {
      return await this.#tryOpen(target);
    } catch (error) {
      const failure = toFailure(error, target);
      if (!(await this.#mustBeDurable(failure, target))) throw failure;
      this.#report.transientQueueDenied(this.#topology.queue?.name ?? "");
      this.#topology = withDurableQueue(this.#topology);
      return this.#tryOpen(target);
    }
  }

  /**
   * Does this broker deny transient queues that are not exclusive (RabbitMQ 4.3)? It says so when asked for a new one;
   * when the queue exists as a durable one, another declaration finds out.
   */
  async #mustBeDurable(failure: Failure, target: Target): Promise<boolean> {
    const { queue, passive } = this.#topology;
    if (!queue || passive || queue.durable || queue.exclusive) return false;
    if (deniesTransientQueues(failure)) return true;
    const isOther =
      failure instanceof Refused && /inequivalent arg 'durable'/.test(failure.message);
    return isOther && (await this.#deniesTransient(target));
  }

  async #deniesTransient(target: Target): Promise<boolean> {
    const connection = await this.#connect(target);
    try {
      const channel = await connection.openChannel("plain");
      const lost = watchChannel(channel, connection);
      const options = { durable: false, autoDelete: true, expires: 1000 };
      const declared = channel
        .assertQueue("", options)
        .then(({ queue }) => channel.deleteQueue(queue));
      const reason = await Promise.race([declared, lost]).catch(() => lost);
      return "hint" in reason && deniesTransientQueues(reason);
    } finally {
      await connection.close();
    }
  }

  async #connect(target: Target): Promise<Connection> {
    const { password, tls, manner } = this.#login;
    return Connection.open(target, password, tls, manner);
  }

  async #tryOpen(target: Target): Promise<Link> {
    const connection = await this.#connect(target);
    try {
      const channel = await connection.openChannel(this.#channelKind);
      const lost = watchChannel(channel, connection);
      const queue = await declare(channel, this.#topology, (declared) =>
        this.#report.declared(declared),
      ).catch(reasonFrom(lost));
      return { connection, channel, queue, generation: ++this.#generation, lost };
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }
}

/** For `catch`: throws the reason why the channel died, where it did; else the error itself. */
export function reasonFrom(lost: Promise<Failure>): (error: unknown) => Promise<never> {
  return async (error) => {
    const reason = await within(REASON_TIMEOUT_MS, lost);
    throw reason === "late" ? error : reason;
  };
}

/** Joins a channel's two ends: its own error, or the loss of its connection. */
async function watchChannel(channel: Channel, connection: Connection): Promise<Failure> {
  const refused = new Promise<Failure>((resolve) => {
    channel.on("error", (error: unknown) => resolve(toFailure(error, connection.place)));
  });
  return Promise.race([refused, connection.lost]);
}
