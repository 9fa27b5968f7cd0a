// One logical session over successive connections: fail-over, back-off, topology again, and a new generation each time.
// What is published or consumed on it is a Client; it is attached to each new channel.
import type { Channel } from "amqplib";
import { now } from "../clock.ts";
import { aborted, pause } from "../deadline.ts";
import { Failure, Unreachable } from "../errors.ts";
import { closeChannel, Connection, type Manner, type Target } from "./connection.ts";
import { readPassword, type PasswordPlan, type Secret } from "./credentials.ts";
import { deniesTransientQueues, toFailure } from "./refusal.ts";
import { loadTls, type TlsOptions, type TlsPlan } from "./tls.ts";
import { declare, withDurableQueue, type Declared, type TopologyPlan } from "./topology.ts";

/** Where to connect, as whom, and how long to try. */
export interface ConnectionPlan {
  readonly targets: readonly Target[];
  readonly password: PasswordPlan | undefined;
  readonly tls: TlsPlan | undefined;
  readonly manner: Manner;
  /** How long to keep trying for the first connection. */
  readonly waitMs: number;
  /** How long to keep trying after a loss. */
  readonly maxOutageMs: number;
}

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

/** What lives on a session: a publisher, a consumer. */
export interface Client {
  readonly channelKind: "plain" | "confirm";
  /** Takes up work on a new channel. A broker error is thrown as it is. */
  attach(link: Link): Promise<void>;
  /** The channel is gone; another will be attached, or `fail` is called. */
  detach(): void;
  /** There will be no other channel. */
  fail(failure: Failure): void;
  /** Nothing is buffered on the channel: it need not be closed on its own. */
  readonly isDrained: boolean;
  /** Grows with each message that got through: tells a loop of losses from a working session. */
  readonly progress: number;
}

/** What a session tells people. */
export interface SessionReport {
  declared(declared: Declared): void;
  transientQueueDenied(queue: string): void;
  lost(reason: Failure): void;
  restored(target: Target): void;
}

/** Waits grow with the outage: a tenth of it, so that coming back late costs at most as much again. */
const FIRST_DELAY_MS = 50;
const MAX_DELAY_MS = 30_000;
const MAX_LOSSES_WITHOUT_PROGRESS = 3;

export class Session {
  readonly #plan: ConnectionPlan;
  readonly #client: Client;
  readonly #report: SessionReport;
  readonly #closing = new AbortController();
  readonly #ask: () => Promise<string>;
  #topology: TopologyPlan;
  #password: Secret | undefined;
  #tls: TlsOptions | undefined;
  #generation = 0;
  #link: Link | undefined;
  #watching: Promise<void> = Promise.resolve();

  private constructor(
    plan: ConnectionPlan,
    topology: TopologyPlan,
    client: Client,
    report: SessionReport,
    ask: () => Promise<string>,
  ) {
    this.#plan = plan;
    this.#topology = topology;
    this.#client = client;
    this.#report = report;
    this.#ask = ask;
  }

  /** Connects, declares the topology and attaches the client. Stops trying when `stop` is aborted. @throws Failure */
  static async open(
    plan: ConnectionPlan,
    topology: TopologyPlan,
    client: Client,
    report: SessionReport,
    world: { readonly signal: AbortSignal; readonly askPassword: () => Promise<string> },
  ): Promise<Session> {
    const session = new Session(plan, topology, client, report, world.askPassword);
    const stop = (): void => session.#closing.abort();
    world.signal.addEventListener("abort", stop, { once: true });
    try {
      session.#tls = plan.tls && (await loadTls(plan.tls));
      session.#password = plan.password && (await readPassword(plan.password, session.#ask));
      const link = await session.#connect(plan.waitMs);
      session.#watching = session.#watch(link);
    } finally {
      world.signal.removeEventListener("abort", stop);
    }
    return session;
  }

  /** The declared queue's name on the current connection; empty when none was declared. */
  get queue(): string {
    return this.#link?.queue ?? "";
  }

  /** The connection in use, if there is one at this moment. */
  get connection(): Connection | undefined {
    return this.#link?.connection;
  }

  /** Closes the connection. What a client has buffered on its channel is written first: see Client.isDrained. */
  async close(): Promise<void> {
    this.#closing.abort();
    const link = this.#link;
    if (link) {
      // A connection's close overtakes what a channel has buffered; the channel's own close does not.
      if (!this.#client.isDrained) await closeChannel(link.channel);
      await link.connection.close();
    }
    await this.#watching;
  }

  /** Dies without a word: nothing in hand is acknowledged. */
  abandon(): void {
    this.#closing.abort();
    this.#link?.connection.destroy();
  }

  async #watch(first: Link): Promise<void> {
    let link = first;
    let losses = 0;
    let progress = this.#client.progress;
    for (;;) {
      const reason = await link.lost;
      this.#link = undefined;
      if (this.#closing.signal.aborted) return;
      this.#client.detach();
      link.connection.destroy();
      losses = this.#client.progress === progress ? losses + 1 : 1;
      progress = this.#client.progress;
      try {
        this.#giveUp(reason, losses);
        this.#report.lost(reason);
        link = await this.#connect(this.#plan.maxOutageMs, reason);
        this.#report.restored(link.connection.place);
      } catch (error) {
        if (!this.#closing.signal.aborted)
          this.#client.fail(toFailure(error, link.connection.place));
        return;
      }
    }
  }

  /** @throws Failure when trying again is pointless, or not wanted */
  #giveUp(reason: Failure, losses: number): void {
    if (!reason.passing || this.#plan.maxOutageMs === 0) throw reason;
    if (reason.ending === "undecodable" && losses >= MAX_LOSSES_WITHOUT_PROGRESS) throw reason;
  }

  /** Tries all targets in turn until one works. Every target gets one try, however short the time. */
  async #connect(patienceMs: number, lost?: Failure): Promise<Link> {
    const start = now();
    const { targets } = this.#plan;
    let reason = lost;
    for (let attempt = 0; ; attempt++) {
      const target = targets[attempt % targets.length];
      if (!target) throw new Unreachable("no broker to connect to");
      const link = await this.#establish(target).catch((error: unknown) =>
        toFailure(error, target),
      );
      if (!(link instanceof Failure)) return link;
      if (!this.#isPassing(link, lost !== undefined)) throw link;
      reason = link;
      const elapsed = now() - start;
      if (elapsed >= patienceMs && attempt + 1 >= targets.length)
        throw this.#tooLong(reason, lost !== undefined);
      if (attempt + 1 < targets.length) continue;
      const longest = Math.min(
        Math.max(FIRST_DELAY_MS, elapsed / 10),
        MAX_DELAY_MS,
        Math.max(0, patienceMs - elapsed),
      );
      await pause(Math.random() * longest, this.#closing.signal);
      if (this.#closing.signal.aborted) throw reason;
    }
  }

  /** After a loss, an exclusive queue may be locked by our own dead connection until the broker has noticed. */
  #isPassing(failure: Failure, again: boolean): boolean {
    return failure.passing || (again && isLocked(failure));
  }

  #tooLong(reason: Failure, again: boolean): Failure {
    if (!again) return reason;
    const seconds = this.#plan.maxOutageMs / 1000;
    return new Unreachable(
      `the broker was away longer than --max-outage ${seconds}: ${reason.message}`,
      reason.hint,
      reason,
    );
  }

  async #establish(target: Target): Promise<Link> {
    try {
      return await this.#attach(await this.#openConnection(target));
    } catch (error) {
      const failure = toFailure(error, target);
      const { queue } = this.#topology;
      if (!queue || queue.durable || !deniesTransientQueues(failure)) throw failure;
      this.#topology = withDurableQueue(this.#topology);
      this.#report.transientQueueDenied(queue.name);
      return this.#attach(await this.#openConnection(target));
    }
  }

  async #openConnection(target: Target): Promise<Connection> {
    const opening = Connection.open(target, this.#password, this.#tls, this.#plan.manner);
    const stopped = aborted(this.#closing.signal).then((): "stopped" => "stopped");
    const connection = await Promise.race([opening, stopped]);
    if (connection !== "stopped") return connection;
    opening.then(
      (late) => late.destroy(),
      () => {},
    );
    throw new Unreachable("stopped while connecting");
  }

  async #attach(connection: Connection): Promise<Link> {
    try {
      const channel = await connection.openChannel(this.#client.channelKind);
      const lost = watchChannel(channel, connection);
      const attaching = this.#declareAndAttach(connection, channel, lost);
      return await attaching;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  async #declareAndAttach(
    connection: Connection,
    channel: Channel,
    lost: Promise<Failure>,
  ): Promise<Link> {
    try {
      const queue = await declare(channel, this.#topology, (declared) =>
        this.#report.declared(declared),
      );
      const link = { connection, channel, queue, generation: ++this.#generation, lost };
      this.#link = link;
      await this.#client.attach(link);
      return link;
    } catch (error) {
      const failure = toFailure(error, connection.place);
      // When the whole channel or connection went, an RPC rejects without a reason: the reason is in `lost`.
      throw failure instanceof Unreachable && /Channel (ended|closed)|closed/i.test(failure.message)
        ? await lost
        : failure;
    }
  }
}

function isLocked(failure: Failure): boolean {
  return (
    "reply" in failure && typeof failure.reply === "object" && failure.message.includes("(405,")
  );
}

/** Joins a channel's two ends: its own error, or the loss of its connection. */
async function watchChannel(channel: Channel, connection: Connection): Promise<Failure> {
  const ended = new Promise<Failure>((resolve) => {
    let last: unknown;
    channel.on("error", (error: unknown) => {
      last = error;
    });
    channel.on("close", () => {
      if (last) resolve(toFailure(last, connection.place));
      else connection.lost.then(resolve, () => {});
    });
  });
  return Promise.race([ended, connection.lost]);
}
