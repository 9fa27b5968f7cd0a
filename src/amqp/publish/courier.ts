// Publishes on the consumer's own connection, each message confirmed: what is passed on is stored before the original is
// acknowledged. One confirm channel per link, and nothing is carried over to the next: callers are told "lost".
import type { Channel } from "amqplib";
import { pause } from "../../time/deadline.ts";
import { type Failure, Refused, Unreachable } from "../../errors.ts";
import type { Message } from "../../message/message.ts";
import type { BlockedReport } from "../session/connection.ts";
import { hintForTarget } from "../session/hints.ts";
import type { Link } from "../session/link.ts";
import { toFailure } from "../session/refusal.ts";
import { OneAtATime } from "../poison/one-at-a-time.ts";
import { mayBeStuck, Renewals } from "./renewals.ts";
import { Route, type Fate } from "./route.ts";
import type { Client } from "../session/client.ts";
import type { QueuePlan } from "../session/topology.ts";

/** Where messages will go: an exchange, or with the default exchange a queue. */
export interface Destination {
  readonly exchange: string;
  /** Undefined: each message's own. */
  readonly routingKey: string | undefined;
}

const NACK_TRIES = 4;
const NACK_DELAY_MS = 100;

export class Courier {
  readonly #destinations: readonly Destination[];
  readonly #report: BlockedReport;
  #route: Route | undefined;
  readonly #renewals = new Renewals();
  readonly #sending = new OneAtATime();
  readonly #failing = new AbortController();
  #renewing: Promise<void> = Promise.resolve();

  /** That the destinations exist is checked first on each link. */
  constructor(destinations: readonly Destination[], report: BlockedReport) {
    this.#destinations = destinations;
    this.#report = report;
  }

  /** Aborted when there will be no other link. */
  get failed(): AbortSignal {
    return this.#failing.signal;
  }

  /** Opens a channel on a new link. @throws what the broker says when a destination does not exist */
  async attach(link: Link): Promise<void> {
    const channel = await openChannel(link);
    for (const destination of this.#destinations) await check(channel, destination);
    this.#route = new Route(link, channel, this.#report);
  }

  detach(): void {
    this.#sending.detached();
    this.#route?.close();
    this.#route = undefined;
  }

  fail(failure: Failure): void {
    this.detach();
    this.#failing.abort(failure);
  }

  /**
   * Publishes on the link of that generation, again a few times when the broker refuses it (a full queue), and resolves
   * when its fate is known. @throws Unsendable when the message cannot be encoded
   */
  async send(message: Message, generation: number): Promise<Fate> {
    return this.#sending.inTurn(() => this.#send(message, generation));
  }

  async #send(message: Message, generation: number): Promise<Fate> {
    for (;;) {
      await this.#renewing;
      const route = this.#on(generation);
      if (!route) return "lost";
      const { lost } = route.link;
      const fate = await this.#sending.watch(message, () => tryOn(route, message), lost);
      if (fate === "confirmed") this.#renewals.acked();
      const isStuck = fate === "nacked" && !route.isReplaced && mayBeStuck(route.link, route);
      if (isStuck && this.#renewals.next()) this.#renewing = this.#renew(route);
      else if (!isUnknown(fate) || !route.isReplaced) return fate;
    }
  }

  /** Declares a queue. False when the link of that generation is gone. */
  async declare(queue: QueuePlan, generation: number): Promise<boolean> {
    await this.#renewing;
    return (await this.#on(generation)?.declare(queue)) ?? false;
  }

  /** Another channel on the same connection: with a new connection, what is in hand would count as delivered once more. */
  async #renew(route: Route): Promise<void> {
    route.isReplaced = true;
    const channel = await openChannel(route.link).catch(() => undefined);
    if (this.#route === route)
      this.#route = channel && new Route(route.link, channel, this.#report);
    if (!channel) route.link.connection.destroy(new Unreachable("no channel to publish on"));
    route.retire();
  }

  #on(generation: number): Route | undefined {
    return this.#route?.link.generation === generation ? this.#route : undefined;
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
    outlives: (reason) => client.outlives?.(reason) ?? false,
    get repeats() {
      return client.repeats ?? true;
    },
    fail: (failure) => {
      courier.fail(failure);
      client.fail(failure);
    },
    giveBack: async () => (await client.giveBack?.()) ?? false,
    get isDrained() {
      return client.isDrained;
    },
    get progress() {
      return client.progress;
    },
  };
}

/** Such a fate on a channel that was replaced decides nothing: on the next channel it may be another. */
function isUnknown(fate: Fate): boolean {
  return fate === "lost" || fate === "nacked";
}

/** A refusal on this channel ends the link: the message can be stored nowhere. */
async function openChannel({ connection }: Link): Promise<Channel> {
  const channel = await connection.openChannel("confirm");
  channel.on("error", (error: unknown) =>
    connection.destroy(explain(toFailure(error, connection.target))),
  );
  return channel;
}

/** What such a channel does not find is the place where messages should go. */
function explain(failure: Failure): Failure {
  if (!(failure instanceof Refused) || failure.reply.code !== 404) return failure;
  return new Refused(failure.reply, hintForTarget(failure.reply), failure.cause);
}

/** Resolves when the broker has taken it, or has refused it a few times. */
async function tryOn(route: Route, message: Message): Promise<Fate> {
  for (let tries = 1; ; tries++) {
    const fate = await route.send(message);
    if (fate !== "nacked" || tries === NACK_TRIES) return fate;
    await pause(NACK_DELAY_MS * 2 ** tries);
  }
}

async function check(channel: Channel, { exchange, routingKey }: Destination): Promise<void> {
  if (exchange !== "") await channel.checkExchange(exchange);
  else if (routingKey !== undefined) await channel.checkQueue(routingKey);
}
