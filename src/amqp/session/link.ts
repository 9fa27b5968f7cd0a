// One connection with its channel and the topology declared on it: what a session replaces after a loss.
import type { Channel } from "amqplib";
import { orAborted, within } from "../../time/deadline.ts";
import { Refused, Unreachable, type Failure } from "../../errors.ts";
import { Connection, stoppedBefore } from "./connection.ts";
import { addressOf } from "../../address.ts";
import type { Target } from "./target.ts";
import type { Login } from "./login.ts";
import { hintForPassive } from "./hints.ts";
import { deniesTransientQueues, toFailure } from "./refusal.ts";
import {
  declare,
  withDurableQueue,
  type Declared,
  type QueuePlan,
  type TopologyPlan,
} from "./topology.ts";

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

/** What opening a link tells people. */
export interface LinkReport {
  declared(declared: Declared): void;
  transientQueueDenied(queue: QueuePlan): void;
}

/** Why a link was lost is known this soon after what was asked on it has failed. */
export const REASON_MS = 200;

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

  /** Connects, opens a channel, declares. Gives up at once when the signal is aborted. @throws Failure */
  async open(target: Target, signal: AbortSignal): Promise<Link> {
    try {
      return await this.#tryOpen(target, signal);
    } catch (error) {
      const failure = toFailure(error, target);
      if (!(await this.#mustBeDurable(failure, target, signal))) throw failure;
      if (this.#topology.queue) this.#report.transientQueueDenied(this.#topology.queue);
      this.#topology = withDurableQueue(this.#topology);
      return this.#tryOpen(target, signal);
    }
  }

  /** The broker's answer, within the time for connecting: a broker may accept a connection and then say nothing. */
  async answered<T>(answer: Promise<T>, { target }: Connection, signal: AbortSignal): Promise<T> {
    const timeoutMs = this.#login.settings.connectTimeoutMs;
    const outcome = await within(timeoutMs, orAborted(answer, signal));
    const where = addressOf(target);
    if (outcome === "late")
      throw new Unreachable(
        `${where} has accepted the connection, but did not answer within ${timeoutMs / 1000} s`,
        "look at the broker's log, or allow more time with --connect-timeout",
      );
    if (outcome === "aborted") throw stoppedBefore(target, signal);
    return outcome;
  }

  /**
   * Does this broker deny transient queues that are not exclusive (RabbitMQ 4.3)? It says so when asked for a new one;
   * when the queue exists as a durable one, another declaration finds out.
   */
  async #mustBeDurable(failure: Failure, target: Target, signal: AbortSignal): Promise<boolean> {
    const { queue, passive } = this.#topology;
    if (!queue || passive || queue.durable || queue.exclusive) return false;
    if (deniesTransientQueues(failure)) return true;
    const isOther =
      failure instanceof Refused && /inequivalent arg 'durable'/.test(failure.message);
    return isOther && (await this.#deniesTransient(target, signal));
  }

  async #deniesTransient(target: Target, signal: AbortSignal): Promise<boolean> {
    const connection = await this.#connect(target, signal);
    try {
      const reason = await this.answered(tryTransient(connection), connection, signal);
      return reason !== undefined && deniesTransientQueues(reason);
    } finally {
      await connection.close();
    }
  }

  async #connect(target: Target, signal: AbortSignal): Promise<Connection> {
    const { password, tls, settings } = this.#login;
    return Connection.open(target, password, tls, settings, signal);
  }

  async #tryOpen(target: Target, signal: AbortSignal): Promise<Link> {
    const connection = await this.#connect(target, signal);
    try {
      return await this.answered(this.#prepare(connection), connection, signal);
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  async #prepare(connection: Connection): Promise<Link> {
    const opening = connection.openChannel(this.#channelKind);
    const channel = await opening.catch(reasonFrom(connection.lost));
    const lost = watchChannel(channel, connection);
    const tell = (declared: Declared): void => this.#report.declared(declared);
    const { passive } = this.#topology;
    const queue = await declare(channel, this.#topology, tell)
      .catch(reasonFrom(lost))
      .catch((error: unknown) => {
        throw passive ? asNotFound(error) : error;
      });
    return { connection, channel, queue, generation: ++this.#generation, lost };
  }
}

/** What --passive did not find. Other errors stay. */
function asNotFound(error: unknown): unknown {
  const isMissing = error instanceof Refused && error.reply.code === 404;
  return isMissing ? new Refused(error.reply, hintForPassive, error.cause) : error;
}

/** Declares a transient queue for a moment. Resolves with the broker's reason when it does not allow that. */
async function tryTransient(connection: Connection): Promise<Failure | undefined> {
  const channel = await connection.openChannel("plain");
  const lost = watchChannel(channel, connection);
  const options = { durable: false, autoDelete: true, expires: 1000 };
  const declared = channel
    .assertQueue("", options)
    .then(({ queue }) => channel.deleteQueue(queue))
    .then(() => undefined);
  return Promise.race([declared, lost]).catch(() => lost);
}

/** For `catch`: an RPC of a channel that dies may reject without a reason. Throws why it died, if it did; else the error itself. */
export function reasonFrom(lost: Promise<Failure>): (error: unknown) => Promise<never> {
  return async (error) => {
    const reason = await within(REASON_MS, lost);
    throw reason === "late" ? error : reason;
  };
}

/** Joins a channel's two ends: its own error, or the loss of its connection. */
export async function watchChannel(channel: Channel, connection: Connection): Promise<Failure> {
  const refused = new Promise<Failure>((resolve) => {
    channel.on("error", (error: unknown) => resolve(toFailure(error, connection.target)));
  });
  return Promise.race([refused, connection.lost]);
}
