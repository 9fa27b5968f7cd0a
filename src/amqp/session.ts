// One logical session over successive links: fail-over, back-off, topology again, and a new generation each time.
// What is published or consumed on it is a Client; it is attached to each new link.
import { now } from "../clock.ts";
import { orAborted, pause } from "../deadline.ts";
import { Failure, Refused, Unreachable } from "../errors.ts";
import { closeChannel, type Connection, type Manner } from "./connection.ts";
import type { Target } from "./target.ts";
import { readPassword, type PasswordPlan } from "./credentials.ts";
import { Linker, reasonFrom, type Link, type LinkReport } from "./link.ts";
import { toFailure } from "./refusal.ts";
import { loadTls, type TlsPlan } from "./tls.ts";
import type { TopologyPlan } from "./topology.ts";

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

/** What lives on a session: a publisher, a consumer. */
export interface Client {
  readonly channelKind: "plain" | "confirm";
  /** Takes up work on a new link. A broker's error is thrown as it is. */
  attach(link: Link): Promise<void>;
  /** The link is gone; another will be attached, or `fail` is called. */
  detach(): void;
  /** There will be no other link. */
  fail(failure: Failure): void;
  /** Nothing is buffered on the channel: it need not be closed on its own. */
  readonly isDrained: boolean;
  /** Grows with each message that got through: tells a loop of losses from a working session. */
  readonly progress: number;
}

/** What a session tells people. */
export interface SessionReport extends LinkReport {
  lost(reason: Failure): void;
  restored(target: Target): void;
}

/** What a session needs of the world. */
export interface SessionWorld {
  /** Aborted: stop trying to connect. */
  readonly signal: AbortSignal;
  askPassword(): Promise<string>;
}

/** Full jitter between these bounds, the upper one growing with the outage: coming back late costs an eighth of it. */
const MIN_DELAY_MS = 50;
const MAX_DELAY_MS = 30_000;
const MAX_LOSSES_WITHOUT_PROGRESS = 3;

export class Session {
  readonly #plan: ConnectionPlan;
  readonly #client: Client;
  readonly #report: SessionReport;
  readonly #linker: Linker;
  readonly #closing = new AbortController();
  #link: Link | undefined;
  #watching: Promise<void> = Promise.resolve();

  private constructor(plan: ConnectionPlan, client: Client, report: SessionReport, linker: Linker) {
    this.#plan = plan;
    this.#client = client;
    this.#report = report;
    this.#linker = linker;
  }

  /** Connects, declares the topology and attaches the client. Stops trying when the signal is aborted. @throws Failure */
  static async open(
    plan: ConnectionPlan,
    topology: TopologyPlan,
    client: Client,
    report: SessionReport,
    world: SessionWorld,
  ): Promise<Session> {
    const tls = plan.tls && (await loadTls(plan.tls));
    const password =
      plan.password && (await readPassword(plan.password, () => world.askPassword()));
    const login = { password, tls, manner: plan.manner };
    const linker = new Linker(login, client.channelKind, topology, report);
    const session = new Session(plan, client, report, linker);
    const stop = (): void => session.#closing.abort();
    world.signal.addEventListener("abort", stop, { once: true });
    try {
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
    this.#link = undefined;
    // Nothing is left to close: a lost connection would answer nothing until the close's deadline.
    this.#link = undefined;
  }

  /** Replaces each lost link until the session is closed, or trying again is pointless. */
  async #watch(first: Link): Promise<void> {
    let losses = 0;
    let progress = this.#client.progress;
    for (let link = first; ;) {
      const reason = await link.lost;
      this.#link = undefined;
      if (this.#closing.signal.aborted) return;
      this.#client.detach();
      link.connection.destroy();
      losses = this.#client.progress === progress ? losses + 1 : 1;
      progress = this.#client.progress;
      const next = await this.#replace(reason, losses).catch((error: unknown) =>
        toFailure(error, link.connection.place),
      );
      if (this.#closing.signal.aborted) return;
      if (next instanceof Failure) return this.#client.fail(next);
      link = next;
    }
  }

  /** @throws Failure when trying again is pointless, not wanted, or has taken too long */
  async #replace(reason: Failure, losses: number): Promise<Link> {
    if (!reason.passing || this.#plan.maxOutageMs === 0) throw reason;
    if (reason.ending === "undecodable" && losses > MAX_LOSSES_WITHOUT_PROGRESS) throw reason;
    this.#report.lost(reason);
    const link = await this.#connect(this.#plan.maxOutageMs, reason);
    this.#report.restored(link.connection.place);
    return link;
  }

  /** Tries all targets in turn until one works. Every target gets one try, however short the time. */
  async #connect(patienceMs: number, lost?: Failure): Promise<Link> {
    const start = now();
    const { targets } = this.#plan;
    for (let attempt = 0; ; attempt++) {
      const target = targets[attempt % targets.length];
      if (!target) throw new Unreachable("no broker to connect to");
      const link = await this.#establish(target).catch((error: unknown) =>
        toFailure(error, target),
      );
      if (!(link instanceof Failure)) return link;
      if (this.#closing.signal.aborted || !isPassing(link, lost !== undefined)) throw link;
      if (attempt + 1 < targets.length) continue;
      const elapsed = now() - start;
      if (elapsed >= patienceMs) throw lost ? tooLong(link, patienceMs) : link;
      const longest = Math.min(Math.max(MIN_DELAY_MS, elapsed / 8), MAX_DELAY_MS);
      const delay = MIN_DELAY_MS + Math.random() * (longest - MIN_DELAY_MS);
      await pause(Math.min(delay, patienceMs - elapsed), this.#closing.signal);
    }
  }

  /** Opens a link and attaches the client; lets go at once when the session is being closed. */
  async #establish(target: Target): Promise<Link> {
    const opening = this.#linker.open(target);
    const link = await orAborted(opening, this.#closing.signal);
    if (link === "aborted") {
      opening.then(
        (late) => late.connection.destroy(),
        () => {},
      );
      throw new Unreachable(`stopped before ${target.host}:${target.port} answered`);
    }
    this.#link = link;
    await this.#client
      .attach(link)
      .catch(reasonFrom(link.lost))
      .catch((error: unknown) => {
        this.#link = undefined;
        link.connection.destroy();
        throw error;
      });
    return link;
  }
}

/** After a loss, an exclusive queue may be locked by our own dead connection until the broker has noticed. */
function isPassing(failure: Failure, again: boolean): boolean {
  return failure.passing || (again && failure instanceof Refused && failure.reply.code === 405);
}

function tooLong(reason: Failure, patienceMs: number): Failure {
  const message = `the broker was away longer than --max-outage ${patienceMs / 1000}: ${reason.message}`;
  return new Unreachable(message, reason.hint, reason);
}
