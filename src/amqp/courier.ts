// Publishes on the consumer's own connection, each message confirmed: what is passed on is stored before the original is
// acknowledged. One confirm channel for each link, and nothing is carried over to the next: whoever asked is told "lost".
import type { Channel, Message as Returned } from "amqplib";
import { pause } from "../deadline.ts";
import { Unreachable, type Failure } from "../errors.ts";
import type { Message } from "../message/message.ts";
import { toArguments } from "./arguments.ts";
import type { BlockedReport, Connection } from "./connection.ts";
import type { Link } from "./link.ts";
import { toReturned } from "./received.ts";
import { toFailure } from "./refusal.ts";
import { openSender, type Sender } from "./sender.ts";
import type { Client } from "./session.ts";
import type { QueuePlan } from "./topology.ts";
import { Watchdog } from "./watchdog.ts";
import { Window, type Entry } from "./window.ts";

/** What became of a message: stored; in no queue; refused by the broker; nobody knows, for the link is gone. */
export type Fate = "confirmed" | "returned" | "nacked" | "lost";

/** Where messages will go: an exchange, or with the default exchange a queue. */
export interface Destination {
  readonly exchange: string;
  /** Undefined: each message's own. */
  readonly routingKey: string | undefined;
}

/**
 * The address of a client that uses direct reply-to. It counts as no queue: brokers before 4.2 return whatever is sent there
 * as mandatory, also when it arrives, and later ones return nothing.
 */
const DIRECT_REPLY = "amq.rabbitmq.reply-to.";
const CONFIRM_TIMEOUT_MS = 30_000;
const NACK_TRIES = 4;
const NACK_DELAY_MS = 100;
const MOST_RENEWALS = 3;

export class Courier {
  readonly #destinations: readonly Destination[];
  readonly #report: BlockedReport;
  #route: Route | undefined;
  /** Channels given up in a row, without a message that was stored. */
  #renewals = 0;

  /** On each link it is first checked that the destinations exist. */
  constructor(destinations: readonly Destination[], report: BlockedReport) {
    this.#destinations = destinations;
    this.#report = report;
  }

  /** Opens a channel on a new link. @throws what the broker says when a destination does not exist */
  async attach(link: Link): Promise<void> {
    const channel = await link.connection.openChannel("confirm");
    // A refusal on this channel ends the link: what it was about can be stored nowhere.
    channel.on("error", (error: unknown) =>
      link.connection.destroy(toFailure(error, link.connection.place)),
    );
    for (const destination of this.#destinations) await check(channel, destination);
    this.#route = new Route(link, channel, this.#report);
  }

  detach(): void {
    this.#route?.close();
    this.#route = undefined;
  }

  /**
   * Publishes on the link of that generation, again a few times when the broker refuses it (a full queue), and resolves
   * when its fate is known. @throws RangeError, ValueError when the message cannot be encoded
   */
  async send(message: Message, generation: number): Promise<Fate> {
    for (let tries = 1; ; tries++) {
      const route = this.#on(generation);
      const fate = (await route?.send(message)) ?? "lost";
      if (fate === "confirmed") this.#renewals = 0;
      if (fate !== "nacked") return fate;
      if (tries === NACK_TRIES) return this.#renew(route) ? "lost" : "nacked";
      await pause(NACK_DELAY_MS * 2 ** tries);
    }
  }

  /** Declares a queue. False when the link of that generation is gone. */
  async declare(queue: QueuePlan, generation: number): Promise<boolean> {
    return (await this.#on(generation)?.declare(queue)) ?? false;
  }

  /** Gives up a channel that was opened after a loss and has refused everything: see Renewals, which does so for a publisher. */
  #renew(route: Route | undefined): boolean {
    if (!route || route.generation === 1 || route.hasAcked) return false;
    // Another message of the same channel was the first to see it.
    if (route.isClosed) return true;
    if (this.#renewals === MOST_RENEWALS) return false;
    this.#renewals++;
    route.drop(new Unreachable("the broker refuses every message on this channel"));
    return true;
  }

  #on(generation: number): Route | undefined {
    return this.#route?.generation === generation ? this.#route : undefined;
  }
}

/** A client and a courier on the same links; the courier comes first, so that it is there for the first delivery. */
export function beside(courier: Courier, client: Client): Client {
  return {
    channelKind: client.channelKind,
    attach: async (link) => {
      await courier.attach(link);
      await client.attach(link);
    },
    detach: () => {
      courier.detach();
      client.detach();
    },
    fail: (failure) => {
      courier.detach();
      client.fail(failure);
    },
    get isDrained() {
      return client.isDrained;
    },
    get progress() {
      return client.progress;
    },
  };
}

async function check(channel: Channel, { exchange, routingKey }: Destination): Promise<void> {
  if (exchange !== "") await channel.checkExchange(exchange);
  else if (routingKey !== undefined) await channel.checkQueue(routingKey);
}

/** The confirm channel of one link, and who waits for what on it. */
class Route {
  readonly generation: number;
  readonly #connection: Connection;
  readonly #channel: Channel;
  readonly #sender: Sender;
  readonly #window = new Window();
  readonly #waiting = new Map<Entry, (fate: Fate) => void>();
  readonly #watchdog: Watchdog;
  #isBlocked = false;
  #isClosed = false;

  constructor({ connection, generation }: Link, channel: Channel, report: BlockedReport) {
    this.generation = generation;
    this.#connection = connection;
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

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Ends the link. */
  drop(reason: Failure): void {
    this.close();
    this.#connection.destroy(reason);
  }

  async send(message: Message): Promise<Fate> {
    if (this.#isClosed) return "lost";
    this.#window.add(message);
    const entry = this.#window.next();
    try {
      this.#sender.send(message, !message.routingKey.startsWith(DIRECT_REPLY));
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
      // The channel is gone, and with it the link: see Courier.attach.
      () => false,
    );
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
    const { refused, acked } = this.#window.nack(tag, multiple);
    for (const entry of refused) this.#tell(entry, "nacked");
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
