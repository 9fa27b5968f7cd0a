// Publishes through a window of unconfirmed messages, sends them again on a new channel, and keeps the exact account:
// read = confirmed + returned + nacked + unconfirmed, at every moment.
import type { Message as Returned } from "amqplib";
import { now } from "../clock.ts";
import { Unreachable, UsageError, type Failure, type Reply } from "../errors.ts";
import type { Message } from "../message.ts";
import { toProperties } from "./received.ts";
import { openSender, type Sender } from "./sender.ts";
import type { Link } from "./link.ts";
import type { Client } from "./session.ts";
import { Window, type Entry } from "./window.ts";

/** How sure a run wants to be. */
export interface DeliveryPlan {
  readonly confirm: boolean;
  /** Unroutable messages are returned and count as not delivered. With confirms they are always returned. */
  readonly mandatory: boolean;
  /** Most unconfirmed messages at a time. */
  readonly window: number;
  readonly confirmTimeoutMs: number;
  readonly nackRetries: number;
}

/** Where every message read has gone. */
export interface Account {
  readonly read: number;
  /** Confirmed by the broker; without confirms: handed over, and the connection lived on. */
  readonly confirmed: number;
  readonly returned: number;
  readonly nacked: number;
  readonly unconfirmed: number;
  /** How often a message was sent again, after a loss or a nack. */
  readonly resent: number;
}

/** What a publisher tells people. */
export interface PublishReport {
  sent(message: Message): void;
  returned(message: Message, reply: Reply): void;
  nacked(message: Message): void;
  blocked(reason: string): void;
  unblocked(): void;
}

/** Most bytes of bodies under way: bounds memory for large messages. */
const WINDOW_BYTES = 8 * 1024 * 1024;
const NACK_DELAY_MS = 100;

export class Publisher implements Client {
  readonly channelKind: "plain" | "confirm";
  readonly #plan: DeliveryPlan;
  readonly #report: PublishReport;
  readonly #window = new Window();
  readonly #failing = new AbortController();
  #waiting: (() => void)[] = [];
  #link: Link | undefined;
  #stopping = false;
  #blocked = false;
  #sender: Sender | undefined;
  #lastProgress = 0;
  #watchdog: NodeJS.Timeout | undefined;
  /** Nacked entries that wait for their next try. */
  #retrying: Entry[] = [];
  #retryTimer: NodeJS.Timeout | undefined;
  /** Without confirms: what this connection has taken and the broker has not returned. */
  #handedOver = 0;
  #count = { read: 0, confirmed: 0, returned: 0, nacked: 0, resent: 0 };

  constructor(plan: DeliveryPlan, report: PublishReport) {
    this.#plan = plan;
    this.#report = report;
    this.channelKind = plan.confirm ? "confirm" : "plain";
  }

  /** Aborted, with a Failure as its reason, when nothing more can be published. */
  get failed(): AbortSignal {
    return this.#failing.signal;
  }

  /** A run that has passed its last round trip has nothing left to write. */
  isDrained = false;

  get progress(): number {
    return this.#count.confirmed + this.#count.returned + this.#count.nacked;
  }

  get account(): Account {
    const { read, confirmed, returned, nacked } = this.#count;
    return { ...this.#count, unconfirmed: read - confirmed - returned - nacked };
  }

  /** Takes a message; it is sent as soon as there is a channel. Await `room()` first when it is not undefined. */
  publish(message: Message): void {
    this.#count.read++;
    this.#window.add(message);
    this.#flush();
  }

  /** Undefined when another message may be taken, else resolves when it may. @throws Failure */
  room(): Promise<void> | undefined {
    return this.#hasRoom() ? undefined : this.#until(() => this.#hasRoom());
  }

  /** Resolves when everything taken is settled, or, without confirms, has reached the broker. @throws Failure */
  async finish(): Promise<void> {
    await this.#until(() => this.#window.size + this.#retrying.length === 0);
    if (!this.#plan.confirm) await this.#passBarrier();
    this.isDrained = true;
  }

  async attach(link: Link): Promise<void> {
    link.channel.on("return", (message) => this.#onReturn(message));
    link.channel.on("ack", ({ deliveryTag, multiple }) => this.#onAck(deliveryTag, multiple));
    link.channel.on("nack", ({ deliveryTag, multiple }) => this.#onNack(deliveryTag, multiple));
    link.connection.onBlocked(
      (reason) => this.#onBlocked(reason),
      () => this.#onUnblocked(),
    );
    this.#sender = openSender(link.connection, link.channel, () => this.#wake());
    const { acked, resending } = this.#window.restart();
    this.#count.resent += resending;
    this.#settle(acked);
    this.#link = link;
    this.#watch(link);
    this.#flush();
    this.#wake();
  }

  detach(): void {
    this.#link = undefined;
    this.#sender = undefined;
    this.#blocked = false;
    clearInterval(this.#watchdog);
    if (this.#plan.confirm) return;
    // Nobody knows which of these the broker has taken: they are not counted as delivered, and not sent twice.
    this.#count.confirmed -= this.#handedOver;
    this.#handedOver = 0;
  }

  fail(failure: Failure): void {
    this.detach();
    clearTimeout(this.#retryTimer);
    this.#failing.abort(failure);
    this.#wake();
  }

  /** Takes nothing more: whoever waits for room is let go. */
  stop(): void {
    this.#stopping = true;
    this.#wake();
  }

  #hasRoom(): boolean {
    if (this.#stopping) return true;
    if (this.#blocked || !this.#sender || this.#sender.isFull) return false;
    return this.#window.size < this.#plan.window && this.#window.bytes < WINDOW_BYTES;
  }

  #flush(): void {
    const mandatory = this.#plan.mandatory || this.#plan.confirm;
    for (let entry = this.#window.next(); entry && this.#sender; entry = this.#window.next()) {
      this.#send(this.#sender, entry.message, mandatory);
      this.#window.sent();
      if (this.#plan.confirm) continue;
      this.#handedOver++;
      this.#settle(this.#window.ackSent());
    }
  }

  #send(sender: Sender, message: Message, mandatory: boolean): void {
    try {
      sender.send(message, mandatory);
    } catch (error) {
      // It cannot be encoded, and never will be: it stays in the account as unconfirmed.
      this.#window.dropNext();
      throw new UsageError(
        `a message cannot be sent: ${error instanceof Error ? error.message : String(error)}`,
        undefined,
        error,
      );
    }
  }

  #settle(entries: readonly Entry[]): void {
    for (const { message, returned } of entries) {
      if (returned) this.#count.returned++;
      else this.#count.confirmed++;
      if (returned) this.#report.returned(message, returned);
      else this.#report.sent(message);
    }
  }

  #onAck(tag: number, multiple: boolean): void {
    this.#lastProgress = now();
    this.#settle(this.#window.ack(tag, multiple));
    this.#wake();
  }

  #onNack(tag: number, multiple: boolean): void {
    this.#lastProgress = now();
    const { refused, acked } = this.#window.nack(tag, multiple);
    for (const entry of refused) this.#refuse(entry);
    this.#settle(acked);
    this.#wake();
  }

  #refuse(entry: Entry): void {
    if (entry.nacks >= this.#plan.nackRetries) {
      this.#count.nacked++;
      this.#report.nacked(entry.message);
      return;
    }
    this.#retrying.push(entry);
    this.#retryTimer ??= setTimeout(
      () => this.#retry(),
      NACK_DELAY_MS * 2 ** entry.nacks * (0.5 + Math.random() / 2),
    );
  }

  #retry(): void {
    this.#retryTimer = undefined;
    const entries = this.#retrying.splice(0);
    this.#count.resent += entries.length;
    for (const { message, nacks } of entries) this.#window.add(message, nacks + 1);
    this.#flush();
    this.#wake();
  }

  #onReturn({ fields, properties, content }: Returned): void {
    const { exchange, routingKey } = fields;
    const message = { exchange, routingKey, properties: toProperties(properties), body: content };
    const reply = toReply(fields);
    if (this.#plan.confirm) {
      this.#window.markReturned(message, reply);
      return;
    }
    this.#count.confirmed--;
    this.#handedOver--;
    this.#count.returned++;
    this.#report.returned(message, reply);
  }

  #onBlocked(reason: string): void {
    this.#blocked = true;
    this.#report.blocked(reason);
  }

  #onUnblocked(): void {
    this.#blocked = false;
    this.#lastProgress = now();
    this.#report.unblocked();
    this.#wake();
  }

  /** Heartbeats do not see a broker that lives but confirms nothing: drop such a connection. */
  #watch(link: Link): void {
    const { confirmTimeoutMs } = this.#plan;
    this.#lastProgress = now();
    if (!this.#plan.confirm) return;
    this.#watchdog = setInterval(() => {
      if (this.#window.size === 0 || this.#blocked) this.#lastProgress = now();
      if (now() - this.#lastProgress < confirmTimeoutMs) return;
      link.connection.destroy(
        new Unreachable(`the broker confirmed nothing for ${confirmTimeoutMs / 1000} s`),
      );
    }, confirmTimeoutMs / 4);
    this.#watchdog.unref();
  }

  /** A round trip on the channel: when its answer is here, all returns and refusals before it are, too. */
  async #passBarrier(): Promise<void> {
    for (;;) {
      await this.#until(() => this.#link !== undefined);
      const link = this.#link;
      const passed = await link?.channel.prefetch(0).then(
        () => true,
        () => false,
      );
      if (passed) return;
      await this.#until(() => this.#link !== link);
    }
  }

  async #until(ready: () => boolean): Promise<void> {
    this.failed.throwIfAborted();
    while (!ready()) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      this.failed.throwIfAborted();
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

function toReply(fields: object): Reply {
  const code = "replyCode" in fields ? Number(fields.replyCode) : 0;
  return { code, text: "replyText" in fields ? String(fields.replyText) : "" };
}
