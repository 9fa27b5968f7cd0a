// Publishes through a window of unconfirmed messages, and sends them again on a new channel. Counting is the ledger's.
import type { Message as Returned } from "amqplib";
import { type Failure, Unreachable, Unsendable } from "../../errors.ts";
import type { Message } from "../../message/message.ts";
import type { PublisherPlan } from "./publisher-plan.ts";
import { Ledger, type Account, type PublishReport } from "./ledger.ts";
import { Poison } from "../poison/poison.ts";
import type { Link } from "../session/link.ts";
import { numbering, ownId } from "./message-ids.ts";
import { onAnswers } from "./answers.ts";
import { passBarrier } from "./barrier.ts";
import { toReturned } from "../wire/received.ts";
import { mayBeStuck, Renewals } from "./renewals.ts";
import { Retries } from "./retries.ts";
import { hasRoom, REFILL } from "./room.ts";
import { explainUnsent, openSender, type Sender } from "./sender.ts";
import type { Client } from "../session/client.ts";
import { Successor } from "./successor.ts";
import { Waiting } from "../../time/waiting.ts";
import { Watchdog } from "./watchdog.ts";
import type { Entry } from "./entry.ts";
import { Window } from "./window.ts";

export class Publisher implements Client {
  readonly channelKind: "plain" | "confirm";
  readonly #plan: PublisherPlan;
  readonly #report: PublishReport;
  readonly #ledger: Ledger;
  readonly #window: Window;
  readonly #poison = new Poison();
  readonly #retries = new Retries((entry) => this.#retry(entry));
  readonly #renewals = new Renewals();
  readonly #successor = new Successor();
  readonly #watchdog: Watchdog;
  readonly #failing = new AbortController();
  readonly #waiting = new Waiting(this.#failing.signal);
  #link: Link | undefined;
  #sender: Sender | undefined;
  #stopping = false;
  #blocked = false;
  /** Without confirms nothing is sent again. */
  readonly repeats: boolean;
  /** A run that has passed its last round trip has nothing left to write. */
  isDrained = false;

  constructor(plan: PublisherPlan, report: PublishReport) {
    this.#plan = plan;
    this.#report = report;
    this.#ledger = new Ledger(report);
    this.#window = new Window({
      idOf: plan.numbered ? numbering() : ownId,
      readdress: this.#successor.readdress,
    });
    this.channelKind = plan.confirm ? "confirm" : "plain";
    this.repeats = plan.confirm;
    const isIdle = (): boolean => this.#window.size === 0 || this.#blocked;
    this.#watchdog = new Watchdog(plan.confirm ? plan.confirmTimeoutMs : 0, isIdle);
  }

  /** Aborted, with a Failure as its reason, when nothing more can be published. */
  get failed(): AbortSignal {
    return this.#failing.signal;
  }

  get progress(): number {
    return this.#ledger.progress;
  }

  get account(): Account {
    return this.#ledger.account;
  }

  /**
   * Takes a message; it is sent as soon as there is a channel. Await `room()` first when it is not undefined.
   * `takenAt` comes back with its confirm, in the report.
   * @throws Unsendable when it cannot be encoded; it does not count as read then
   */
  publish(message: Message, takenAt?: number): void {
    if (this.#window.size === 0) this.#watchdog.feed();
    const refusal = this.#poison.reasonFor(message);
    const entry = refusal === undefined ? this.#window.add(message, takenAt) : undefined;
    this.#flush(entry);
    this.#ledger.read();
    if (refusal !== undefined) this.#ledger.nacked(message, refusal);
  }

  /** Takes a message of this many bytes, which is too large for any broker: it is refused. */
  refuse(message: Omit<Message, "body">, bytes: number): void {
    this.#ledger.read();
    this.#ledger.nacked(message, this.#poison.explainSize(bytes));
  }

  /** Undefined when another message may be taken, else resolves when it may. @throws Failure */
  room(): Promise<void> | undefined {
    return this.#hasRoomIn(1) ? undefined : this.#waiting.until(() => this.#hasRoomIn(REFILL));
  }

  /** Resolves when all taken is settled, or, without confirms, has reached the broker. @throws Failure */
  async finish(): Promise<void> {
    await this.#waiting.until(() => this.open === 0);
    if (!this.#plan.confirm) await passBarrier(this.#waiting, () => this.#link);
    this.#ledger.arrived();
    this.isDrained = true;
    if (this.#poison.refusal) throw this.#poison.refusal;
  }

  async attach(link: Link): Promise<void> {
    const { channel, connection } = link;
    this.#link = link;
    this.#successor.attach(link.queue);
    if (this.#plan.confirm)
      onAnswers(channel, this.#window, {
        isOver: () => link !== this.#link,
        acked: (entries) => this.#onAcked(entries),
        nacked: (nacked, acked) => this.#onNacked(link, nacked, acked),
        damaged: (reason) => this.#drop(link, reason),
      });
    else channel.on("return", (received) => this.#onReturn(received));
    connection.onBlocked({
      blocked: (reason) => this.#onBlocked(reason),
      unblocked: () => this.#onUnblocked(),
    });
    this.#sender = openSender(connection, channel, () => this.#waiting.wake());
    this.#window.restart(this.#retries.takeAll());
    this.#watchdog.start(() => this.#giveUpOn(link));
    this.#flush();
    this.#waiting.wake();
  }

  /** No other answer comes on this link, so what the broker has confirmed out of order is reported as well. */
  detach(): void {
    this.#link = undefined;
    this.#sender = undefined;
    this.#blocked = false;
    this.#watchdog.stop();
    this.#ledger.acked(this.#window.lost());
    this.#ledger.lost();
  }

  /** With confirms, nothing is lost with the channel: what was on its way is sent again, except what this broker never takes. */
  outlives(reason: Failure): boolean {
    this.#renewals.lost(reason);
    if (!this.#plan.confirm) return false;
    const refusals = this.#poison.takeOut(this.#window, reason);
    for (const refusal of refusals) this.#ledger.nacked(refusal.message, refusal.reason);
    return refusals.length > 0;
  }

  fail(failure: Failure): void {
    this.detach();
    this.#retries.stop();
    this.#failing.abort(failure);
  }

  /** Takes nothing more, and lets go of those who wait for room. */
  stop(): void {
    this.#stopping = true;
    this.#waiting.wake();
  }

  /** Messages that the broker has not settled. */
  get open(): number {
    return this.#window.size + this.#retries.size;
  }

  #hasRoomIn(share: number): boolean {
    if (this.#stopping) return true;
    if (this.#blocked || !this.#sender || this.#sender.isFull) return false;
    if (!this.#poison.allowsCompany(this.#window)) return false;
    return hasRoom(this.#window, this.#retries, this.#plan.window, share);
  }

  /** @throws Unsendable when `newcomer` cannot be encoded */
  #flush(newcomer?: Entry): void {
    const mandatory = this.#plan.mandatory || this.#plan.confirm;
    for (let entry = this.#window.next(); entry && this.#sender; entry = this.#window.next()) {
      if (!this.#poison.allowsCompany(this.#window)) return;
      try {
        this.#sender.send(entry.message, mandatory, this.#window.idOf(entry));
      } catch (error) {
        this.#window.dropNext();
        if (entry === newcomer || !(error instanceof Unsendable)) throw error;
        this.#ledger.nacked(entry.message, explainUnsent(error));
        continue;
      }
      if (this.#window.sent()) this.#ledger.sent();
      else this.#ledger.resent();
      if (!this.#plan.confirm) this.#ledger.handedOver(this.#window.ackSent());
    }
  }

  #onAcked(entries: readonly Entry[]): void {
    this.#watchdog.feed();
    this.#renewals.acked();
    this.#ledger.acked(entries);
    this.#flush();
    this.#waiting.wake();
  }

  #onNacked(link: Link, nacked: readonly Entry[], acked: readonly Entry[]): void {
    this.#watchdog.feed();
    for (const entry of nacked)
      if (entry.nacks < this.#plan.nackRetries) this.#retries.add(entry);
      else this.#ledger.nacked(entry.message);
    this.#ledger.acked(acked);
    this.#flush();
    this.#waiting.wake();
    const reason = mayBeStuck(link, this.#window) ? this.#renewals.giveUp(nacked) : undefined;
    if (reason) this.#drop(link, reason);
  }

  #retry(entry: Entry): void {
    this.#window.addAgain([entry]);
    this.#flush();
    this.#waiting.wake();
  }

  /** Without confirms there is no window to look in: it is told and counted. */
  #onReturn(received: Returned): void {
    const { message, reply } = toReturned(received);
    this.#ledger.cameBack(message, reply);
  }

  /** At once: what else has arrived on it is not to be believed. */
  #drop(link: Link, reason: Failure): void {
    this.detach();
    link.connection.destroy(reason);
  }

  #onBlocked(reason: string): void {
    this.#blocked = true;
    this.#report.blocked(reason);
  }

  #onUnblocked(): void {
    this.#blocked = false;
    this.#watchdog.feed();
    this.#report.unblocked();
    this.#waiting.wake();
  }

  /** Heartbeats do not see a broker that lives but confirms nothing: a new connection may reach one that does. */
  #giveUpOn(link: Link): void {
    const sentence = `the broker confirmed nothing for ${this.#plan.confirmTimeoutMs / 1000} s`;
    this.#drop(link, new Unreachable(sentence, "allow more time with --confirm-timeout"));
  }
}
