// One connection to one broker: open with a deadline, watch, close with a deadline. What comes after a loss is session.ts.
import type { Channel, ChannelModel } from "amqplib";
import { now } from "../../time/clock.ts";
import { orAborted, within } from "../../time/deadline.ts";
import { errorCode, type Failure, Unreachable } from "../../errors.ts";
import { toCredentials, type Secret } from "./credentials.ts";
import { shakeHands, type Handshake } from "./handshake.ts";
import {
  fitValve,
  insideOf,
  keepRawHeaders,
  notAsExpected,
  readDeliveries,
  type Valve,
} from "../wire/wire.ts";
import { fromReply, toFailure } from "./refusal.ts";
import { fromGreeting, fromHangUp } from "./socket-errors.ts";
import { addressOf } from "../../address.ts";
import type { Target } from "./target.ts";
import { TLSSocket } from "node:tls";
import type { TlsOptions } from "./tls.ts";

/** What is the same for every target. */
export interface ConnectionSettings {
  readonly auth: "plain" | "external";
  readonly connectTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly channelMax: number | undefined;
  readonly frameMax: number;
  readonly clientProperties: Readonly<Record<string, string>>;
}

/** How long a close may take before the socket is destroyed: amqplib's close may never settle. */
const CLOSE_TIMEOUT_MS = 2000;

/** Told when the broker takes no messages for a while, and when it takes them again. */
export interface BlockedReport {
  readonly blocked: (reason: string) => void;
  readonly unblocked: () => void;
}

/** A live connection. */
export class Connection {
  readonly target: Target;
  /** How often heartbeats were asked for; 0 for none. */
  readonly heartbeatMs: number;
  /** How long connecting and logging in took. */
  readonly openedInMs: number;
  /** Resolves with the reason when the connection is gone. Never rejects. */
  readonly lost: Promise<Failure>;
  readonly #model: ChannelModel;
  readonly #handshake: Handshake;
  #valve: Valve | undefined;
  #readDeliveries: ((channel: Channel) => void) | undefined;
  #reason: Failure | undefined;
  #blocked: string | undefined;

  private constructor(
    model: ChannelModel,
    handshake: Handshake,
    target: Target,
    { heartbeatMs, openedInMs }: Pick<Connection, "heartbeatMs" | "openedInMs">,
  ) {
    this.heartbeatMs = heartbeatMs;
    this.openedInMs = openedInMs;
    this.#model = model;
    this.#handshake = handshake;
    this.target = target;
    const inside = insideOf(model);
    if (inside) {
      keepRawHeaders(inside);
      this.#valve = fitValve(inside);
      this.#readDeliveries = readDeliveries(inside, this.#valve);
    }
    this.lost = this.#watch();
    this.onBlocked({
      blocked: (reason) => (this.#blocked = reason),
      unblocked: () => (this.#blocked = undefined),
    });
  }

  /** Connects and logs in. Gives up at once when the signal is aborted. @throws Failure */
  static async open(
    target: Target,
    password: Secret | undefined,
    tls: TlsOptions | undefined,
    settings: ConnectionSettings,
    signal: AbortSignal,
  ): Promise<Connection> {
    const address = {
      protocol: target.tls ? "amqps" : "amqp",
      port: target.port,
      vhost: encodeURIComponent(target.vhost),
      frameMax: settings.frameMax,
      heartbeat: Math.round(settings.heartbeatMs / 1000),
      ...(settings.channelMax !== undefined && { channelMax: settings.channelMax }),
    };
    const options = {
      ...(target.tls && tls),
      noDelay: true,
      keepAlive: true,
      credentials: toCredentials(settings.auth, target.username, password),
      clientProperties: settings.clientProperties,
    };
    const dial = async (hostname: string): Promise<Connection> => {
      const since = now();
      const handshake = shakeHands({ ...address, hostname }, options);
      const model = await finish(handshake, target, settings.connectTimeoutMs, signal);
      const { heartbeatMs } = settings;
      return new Connection(model, handshake, target, { heartbeatMs, openedInMs: now() - since });
    };
    if (target.tls || target.host !== "localhost") return dial(target.host);
    // Node needs 4 ms to find out that a name is no IPv6 address, and most brokers on localhost listen here.
    return dial("127.0.0.1").catch((failure: unknown) => {
      if (failure instanceof Unreachable && errorCode(failure.cause) === "ECONNREFUSED")
        return dial(target.host);
      throw failure;
    });
  }

  /** What the broker says of itself. */
  get serverProperties(): Readonly<Record<string, unknown>> {
    return this.#model.connection.serverProperties;
  }

  /** The TLS version in use, undefined without TLS. */
  get tls(): string | undefined {
    const { socket } = this.#handshake;
    return socket instanceof TLSSocket ? (socket.getProtocol() ?? "TLS") : undefined;
  }

  /** Stops and starts reading. @throws Failure when nothing that is read is exact, for amqplib is not as expected */
  get valve(): Valve {
    if (!this.#valve) throw notAsExpected();
    return this.#valve;
  }

  /** Writes whole frames past amqplib. False: wait for `onDrain` before writing more. */
  write(frames: Buffer): boolean {
    return this.#handshake.socket.write(frames);
  }

  onDrain(drained: () => void): void {
    this.#handshake.socket.on("drain", drained);
  }

  /** Calls back when the broker blocks publishers (memory or disk alarm), at once if it already does, and when it unblocks them. */
  onBlocked({ blocked, unblocked }: BlockedReport): void {
    if (this.#blocked !== undefined) blocked(this.#blocked);
    this.#model.on("blocked", blocked);
    this.#model.on("unblocked", unblocked);
  }

  async openChannel(kind: "plain" | "confirm"): Promise<Channel> {
    const channel =
      kind === "confirm"
        ? await this.#model.createConfirmChannel()
        : await this.#model.createChannel();
    this.#readDeliveries?.(channel);
    return channel;
  }

  /** Says goodbye, and destroys the socket when no answer comes. Never rejects. */
  async close(): Promise<Goodbye> {
    const goodbye = await outcomeOf(this.#model.close(), this.lost);
    this.destroy();
    return goodbye;
  }

  /** Drops the connection without a goodbye: the broker gives unacknowledged messages to others. */
  destroy(reason?: Failure): void {
    this.#reason ??= reason;
    // With an error, so that amqplib notices and stops its heartbeat timers: they would keep the process alive.
    this.#handshake.socket.destroy(new Error("dropped"));
  }

  async #watch(): Promise<Failure> {
    const error = await new Promise((resolve) => {
      // After some errors amqplib waits for the broker to say goodbye, which it may never do: this is the end already.
      this.#model.on("error", resolve);
      this.#model.on("close", (reason: unknown) => resolve(reason ?? new Error("closed")));
      this.#handshake.socket.on("close", () => resolve(new Error("socket closed")));
    });
    // amqplib only ends its side after a heartbeat timeout; an open socket would keep the process alive.
    this.destroy();
    return this.#reason ?? toLoss(error, this.target);
  }
}

/** Once a connection is open, TLS errors are no longer about identities: they are damaged records, which a new connection cures. */
function toLoss(error: unknown, target: Target): Failure {
  const failure = toFailure(error, target);
  if (failure.exit !== "unreachable" || failure.passing) return failure;
  return new Unreachable(
    `the connection to ${addressOf(target)} was lost: TLS failed`,
    undefined,
    error,
  );
}

/** How a close has ended: answered; cut short, as what was to be closed had gone; or late, as no answer came. */
export type Goodbye = "answered" | "gone" | "late";

/** Closes a channel, with a deadline, or until `lost` has settled. What is buffered on it is written first. Never rejects. */
export async function closeChannel(channel: Channel, lost: Promise<unknown>): Promise<Goodbye> {
  return outcomeOf(channel.close(), lost);
}

/** amqplib's close settles only when it is answered or cannot be sent; a connection's answer comes before its loss. */
async function outcomeOf(closing: Promise<unknown>, lost: Promise<unknown>): Promise<Goodbye> {
  const answered = closing.then(() => "answered" as const);
  const gone = lost.then(() => "gone" as const);
  return within(CLOSE_TIMEOUT_MS, Promise.race([answered, gone])).catch(() => "gone");
}

/** Nobody waits for the answer any longer: the run was stopped, or the time is over, as the signal's reason says. */
export function stoppedBefore(target: Target, { reason }: AbortSignal): Unreachable {
  return reason instanceof Unreachable
    ? reason
    : new Unreachable(`stopped before ${addressOf(target)} answered`);
}

async function finish(
  handshake: Handshake,
  target: Target,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ChannelModel> {
  const { socket, opened } = handshake;
  const model = await within(timeoutMs, orAborted(opened, signal)).catch((error: unknown) => {
    socket.destroy();
    const reply = handshake.reply();
    if (reply) throw fromReply(reply, target, error);
    throw fromHangUp(error, target) ?? fromGreeting(toFailure(error, target), target);
  });
  if (typeof model === "object") return model;
  opened.then(
    (late) => late.on("error", () => {}),
    () => {},
  );
  socket.destroy();
  const where = addressOf(target);
  if (model === "aborted") throw stoppedBefore(target, signal);
  throw new Unreachable(
    `${where} did not answer within ${timeoutMs / 1000} s`,
    "check that this is an AMQP port, or allow more time with --connect-timeout",
  );
}
