// The confirm channel on which a courier publishes on one link, and who waits for what on it.
import type { Channel, Message as Returned } from "amqplib";
import { Unreachable } from "../../errors.ts";
import type { Message } from "../../message/message.ts";
import { toArguments } from "../wire/arguments.ts";
import { closeChannel, type BlockedReport } from "../session/connection.ts";
import type { Link } from "../session/link.ts";
import { toReturned } from "../wire/received.ts";
import { openSender, type Sender } from "./sender.ts";
import type { QueuePlan } from "../session/topology.ts";
import { Watchdog } from "./watchdog.ts";
import { Window, type Entry } from "./window.ts";

/**
 * What became of a message: stored; in no queue; nacked by the broker; nobody knows, for the link is gone; or the link is gone
 * each time, for the broker fails on it.
 */
export type Fate = "confirmed" | "returned" | "nacked" | "lost" | "fatal";

const DIRECT_REPLY = "amq.rabbitmq.reply-to.";

/**
 * Does it go to a client that uses direct reply-to? Its address counts as no queue: brokers before 4.2 return whatever is sent there
 * as mandatory, also when it arrives, and later ones return nothing.
 */
export function isDirectReply({ routingKey }: Message): boolean {
  return routingKey.startsWith(DIRECT_REPLY);
}

const CONFIRM_TIMEOUT_MS = 30_000;

/** The confirm channel of one link, and who waits for what on it. */
export class Route {
  readonly link: Link;
  /** Another channel takes its place: what waits here is sent there. */
  isReplaced = false;
  readonly #channel: Channel;
  readonly #sender: Sender;
  readonly #window = new Window();
  readonly #waiting = new Map<Entry, (fate: Fate) => void>();
  readonly #watchdog: Watchdog;
  #isBlocked = false;
  #isClosed = false;

  constructor(link: Link, channel: Channel, report: BlockedReport) {
    const { connection } = link;
    this.link = link;
    this.#channel = channel;
    this.#sender = openSender(connection, channel, () => {});
    channel.on("return", (message) => this.#onReturn(message));
    channel.on("ack", ({ deliveryTag, multiple }) => {
      this.#settle(this.#window.ack(deliveryTag, multiple));
    });
    channel.on("nack", ({ deliveryTag, multiple }) => this.#onNack(deliveryTag, multiple));
    connection.onBlocked({
      blocked: (reason) => this.#onBlocked(true, () => report.blocked(reason)),
      unblocked: () => this.#onBlocked(false, () => report.unblocked()),
    });
    const isIdle = (): boolean => this.#window.size === 0 || this.#isBlocked;
    this.#watchdog = new Watchdog(CONFIRM_TIMEOUT_MS, isIdle);
    this.#watchdog.start(() => {
      const seconds = CONFIRM_TIMEOUT_MS / 1000;
      connection.destroy(new Unreachable(`the broker confirmed nothing for ${seconds} s`));
    });
  }

  /** Has the broker stored anything that was sent here? */
  get hasAcked(): boolean {
    return this.#window.hasAcked;
  }

  async send(message: Message): Promise<Fate> {
    if (this.#isClosed) return "lost";
    if (this.#window.size === 0) this.#watchdog.feed();
    this.#window.add(message);
    const entry = this.#window.next();
    try {
      this.#sender.send(message, !isDirectReply(message));
    } catch (error) {
      this.#window.dropNext();
      throw error;
    }
    this.#window.sent();
    return new Promise((resolve) => {
      if (entry) this.#waiting.set(entry, resolve);
    });
  }

  async declare({ name, durable, autoDelete, exclusive, arguments: table }: QueuePlan) {
    const options = { durable, autoDelete, exclusive, arguments: toArguments(table) };
    return this.#channel.assertQueue(name, options).then(
      () => true,
      // The channel is gone, and with it the link: see openChannel in courier.ts.
      () => false,
    );
  }

  /** Another channel takes its place. */
  retire(): void {
    this.close();
    void closeChannel(this.#channel);
  }

  close(): void {
    this.#isClosed = true;
    this.#watchdog.stop();
    for (const resolve of this.#waiting.values()) resolve("lost");
    this.#waiting.clear();
  }

  #settle(entries: readonly Entry[]): void {
    this.#watchdog.feed();
    for (const entry of entries) this.#tell(entry, entry.returned ? "returned" : "confirmed");
  }

  #onNack(tag: number, multiple: boolean): void {
    const { nacked, acked } = this.#window.nack(tag, multiple);
    for (const entry of nacked) this.#tell(entry, "nacked");
    this.#settle(acked);
  }

  #onReturn(returned: Returned): void {
    const { message, reply } = toReturned(returned);
    this.#window.markReturned(message, reply);
  }

  #tell(entry: Entry, fate: Fate): void {
    this.#waiting.get(entry)?.(fate);
    this.#waiting.delete(entry);
  }

  #onBlocked(isBlocked: boolean, tell: () => void): void {
    this.#isBlocked = isBlocked;
    if (!this.#isClosed) tell();
  }
}
