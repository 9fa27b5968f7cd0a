// One logical session over successive links: fail-over, back-off, topology again, and a new generation each time.
// What is published or consumed on it is a Client (client.ts); it is attached to each new link.
import { orAborted, pause, toTimer } from "../../time/deadline.ts";
import { Failure, Unreachable } from "../../errors.ts";
import type { Client } from "./client.ts";
import { closeChannel, type Connection } from "./connection.ts";
import { addressOf } from "../../address.ts";
import { isWorthAnotherTry, together } from "./failed-tries.ts";
import type { Target } from "./target.ts";
import { readLogin, type LoginPlan } from "./login.ts";
import { Linker, reasonFrom, type Link, type LinkReport } from "./link.ts";
import { pauseAfter, tooLong, whyNot } from "./giving-up.ts";
import { Outage } from "./outage.ts";
import { toFailure } from "./refusal.ts";
import type { TopologyPlan } from "./topology.ts";

/** Where to connect, as whom, and how long to try. */
export interface ConnectionPlan extends LoginPlan {
  readonly targets: readonly Target[];
  /** How long to keep trying for the first connection. */
  readonly waitMs: number;
  /** How long to keep trying after a loss. */
  readonly maxOutageMs: number;
}

/** What a session tells people. */
export interface SessionReport extends LinkReport {
  /** No broker has answered yet; we go on trying for this long. */
  waiting(reason: Failure, forMs: number): void;
  lost(reason: Failure): void;
  /** Reconnecting has failed once more, for a reason that was not told yet; we go on trying for this long. */
  stillLost(reason: Failure, forMs: number): void;
  restored(address: string): void;
}

/** What a session needs of the world. */
export interface SessionWorld {
  /** Aborted: stop trying to connect. */
  readonly signal: AbortSignal;
  askPassword(): Promise<string>;
}

/** A try that is cut short for lack of patience gets this long at least. */
const SHORTEST_TRY_MS = 300;

export class Session {
  readonly #plan: ConnectionPlan;
  readonly #client: Client;
  readonly #report: SessionReport;
  readonly #linker: Linker;
  readonly #closing = new AbortController();
  /** Counts tries: after a loss the next broker of the list comes first. */
  #tries = 0;
  #link: Link | undefined;
  #watching: Promise<void> = Promise.resolve();
  #failure: Failure | undefined;

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
    const reading = readLogin(plan, () => world.askPassword());
    const login = await orAborted(reading, world.signal);
    if (login === "aborted") throw new Unreachable("stopped before the broker answered");
    const linker = new Linker(login, client.channelKind, topology, report);
    const session = new Session(plan, client, report, linker);
    const stop = (): void => session.#closing.abort();
    world.signal.addEventListener("abort", stop, { once: true });
    try {
      const link = await session.#connect(new Outage(plan.waitMs, client.progress), false);
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

  /** Why there is no other link: also when the client needed none any more. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /**
   * Closes the connection; what a client has buffered is written first (Client.isDrained). False when no answer came, so that
   * nobody knows how much of it the broker has read: it was silent, or the link was lost meanwhile, or before and not replaced.
   */
  async close(): Promise<boolean> {
    this.#closing.abort();
    const isAnswered = this.#link !== undefined && (await this.#closeLink(this.#link));
    await this.#watching;
    return isAnswered;
  }

  async #closeLink({ channel, connection, lost }: Link): Promise<boolean> {
    if (this.#client.isDrained) return (await connection.close()) === "answered";
    // A connection's close overtakes what a channel has buffered; the channel's own close does not.
    const goodbye = await closeChannel(channel, lost);
    // A broker that does not answer the one would not answer the other.
    if (goodbye === "late") connection.destroy();
    else await connection.close();
    return goodbye === "answered";
  }

  /** Dies without a goodbye: nothing in hand is acknowledged. */
  abandon(): void {
    this.#closing.abort();
    this.#link?.connection.destroy();
    // Nothing is left to close: a lost connection would answer nothing until the close's deadline.
    this.#link = undefined;
  }

  /** Replaces each lost link until the session is closed, or trying again is pointless. */
  async #watch(first: Link): Promise<void> {
    const outage = new Outage(this.#plan.maxOutageMs, this.#client.progress);
    for (let link = first; ;) {
      const reason = await link.lost;
      this.#link = undefined;
      // After `close` the client is not detached: whoever closed the session has ended its client first.
      if (this.#closing.signal.aborted) return;
      this.#client.detach();
      link.connection.destroy();
      outage.lost(this.#client.progress);
      const next = await this.#replace(reason, outage).catch((error: unknown) =>
        toFailure(error, link.connection.target),
      );
      if (this.#closing.signal.aborted) return;
      if (next instanceof Failure) {
        this.#failure = next;
        return this.#client.fail(next);
      }
      outage.restored();
      link = next;
    }
  }

  /** @throws Failure when trying again is pointless, not wanted, or has taken too long */
  async #replace(reason: Failure, outage: Outage): Promise<Link> {
    if (this.#client.outlives?.(reason)) return this.#connect(outage, true);
    const { repeats = true } = this.#client;
    const end = whyNot(reason, outage, repeats);
    if (end) throw end;
    this.#report.lost(reason);
    const pauseMs = pauseAfter(reason, outage);
    if (pauseMs > 0) await pause(pauseMs, this.#closing.signal);
    const link = await this.#connect(outage, true);
    this.#report.restored(addressOf(link.connection.target));
    return link;
  }

  /** Tries all targets in turn until one works. At first every target gets one try, however short the patience. */
  async #connect(outage: Outage, again: boolean): Promise<Link> {
    const { targets } = this.#plan;
    const failures = new Map<Target, Failure>();
    for (let attempt = 1; ; attempt++) {
      const target = targets[this.#tries++ % targets.length];
      if (!target) throw new Unreachable("no broker to connect to");
      const isOwed = !again && attempt <= targets.length;
      // The last pause may have been longer than it should be: nothing was tried for all that time.
      const isLast = outage.left <= 0;
      const longest = isOwed ? Infinity : Math.max(SHORTEST_TRY_MS, outage.left);
      const link = await this.#establish(target, longest).catch((error: unknown) =>
        toFailure(error, target),
      );
      if (!(link instanceof Failure)) return link;
      if (this.#closing.signal.aborted || !isWorthAnotherTry(link, again)) throw link;
      failures.set(target, link);
      if (!again && attempt < targets.length) continue;
      if (!again && attempt === targets.length && outage.left > 0)
        this.#report.waiting(together(failures, link), outage.patienceMs);
      if (again && outage.left > 0 && outage.isNews(link))
        this.#report.stillLost(link, outage.left);
      const reason = together(failures, link);
      if (isLast) throw again ? tooLong(reason, outage) : reason;
      if (attempt >= targets.length) await pause(outage.delay(), this.#closing.signal);
    }
  }

  /** Opens a link and attaches the client; lets go at once when the session is being closed. */
  async #establish(target: Target, longestMs: number): Promise<Link> {
    const attempt = new AbortController();
    const stop = (): void => attempt.abort();
    const where = addressOf(target);
    const late = setTimeout(
      () => attempt.abort(new Unreachable(`${where} did not answer before the time was over`)),
      toTimer(longestMs),
    );
    this.#closing.signal.addEventListener("abort", stop, { once: true });
    try {
      if (this.#closing.signal.aborted) stop();
      const link = await this.#linker.open(target, attempt.signal);
      this.#link = link;
      await this.#attach(link, attempt.signal);
      return link;
    } finally {
      clearTimeout(late);
      this.#closing.signal.removeEventListener("abort", stop);
    }
  }

  async #attach(link: Link, signal: AbortSignal): Promise<void> {
    try {
      const attaching = this.#client.attach(link).catch(reasonFrom(link.lost));
      await this.#linker.answered(attaching, link.connection, signal);
    } catch (error) {
      this.#link = undefined;
      const isStopped = this.#closing.signal.aborted;
      if (isStopped && (await this.#client.giveBack?.())) await this.#closeLink(link);
      this.#client.detach();
      link.connection.destroy();
      throw error;
    }
  }
}
