// The confirm channel on which a courier publishes on one link, and the callers who wait for its answers.
import type { Channel } from "amqplib";
import { type Failure, Unreachable } from "../../errors.ts";
import { isDirectReply } from "../../message/direct-reply.ts";
import type { Message } from "../../message/message.ts";
import { toArguments } from "../wire/arguments.ts";
import { closeChannel, type BlockedReport } from "../session/connection.ts";
import type { Link } from "../session/link.ts";
import { onAnswers } from "./answers.ts";
import { openSender, type Sender } from "./sender.ts";
import type { QueuePlan } from "../session/topology.ts";
import { Watchdog } from "./watchdog.ts";
import type { Entry } from "./entry.ts";
import { Window } from "./window.ts";

/**
 * What became of a message: stored; in no queue; nacked by the broker; unknown, as the link is gone; or the link is lost each
 * time, as the broker fails on it.
 */
export type Fate = "confirmed" | "returned" | "nacked" | "lost" | "fatal";

const CONFIRM_TIMEOUT_MS = 30_000;

/** The confirm channel of one link, and the callers who wait for its answers. */
export class Route {
  readonly link: Link;
  /** Another channel takes its place: what waits here is sent there. */
  isReplaced = false;
  readonly #channel: Channel;
  readonly #sender: Sender;
  /** Each caller waits for one message, and not for those of others. */
  readonly #window = new Window({ inOrder: false });
  readonly #waiting = new Map<Entry, (fate: Fate) => void>();
  readonly #watchdog: Watchdog;
  #isBlocked = false;
  #isClosed = false;

  constructor(link: Link, channel: Channel, report: BlockedReport) {
    const { connection } = link;
    this.link = link;
    this.#channel = channel;
    this.#sender = openSender(connection, channel, () => {});
    onAnswers(channel, this.#window, {
      isOver: () => this.#isClosed,
      acked: (entries) => this.#onAcked(entries),
      nacked: (nacked, acked) => this.#onNacked(nacked, acked),
      damaged: (reason) => this.#drop(reason),
    });
    connection.onBlocked({
      blocked: (reason) => this.#onBlocked(true, () => report.blocked(reason)),
      unblocked: () => this.#onBlocked(false, () => report.unblocked()),
    });
    const isIdle = (): boolean => this.#window.size === 0 || this.#isBlocked;
    this.#watchdog = new Watchdog(CONFIRM_TIMEOUT_MS, isIdle);
    this.#watchdog.start(() => {
      const seconds = CONFIRM_TIMEOUT_MS / 1000;
      this.#drop(new Unreachable(`the broker confirmed nothing for ${seconds} s`));
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
    void closeChannel(this.#channel, this.link.lost);
  }

  close(): void {
    this.#isClosed = true;
    this.#watchdog.stop();
    for (const resolve of this.#waiting.values()) resolve("lost");
    this.#waiting.clear();
  }

  #onAcked(entries: readonly Entry[]): void {
    this.#watchdog.feed();
    for (const entry of entries) this.#tell(entry, entry.returned ? "returned" : "confirmed");
  }

  #onNacked(nacked: readonly Entry[], acked: readonly Entry[]): void {
    for (const entry of nacked) this.#tell(entry, "nacked");
    this.#onAcked(acked);
  }

  /** Those who wait are told when the courier is detached, which must know of the loss first. */
  #drop(reason: Failure): void {
    this.#isClosed = true;
    this.link.connection.destroy(reason);
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
