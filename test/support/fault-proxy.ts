// A TCP proxy that breaks on cue, between a client and a broker. It does not look into the bytes: TLS passes through.
// How a piece travels in one direction is in fault-lane.ts.
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { atTestEnd } from "./cleanup.ts";
import { Lane, type Rules } from "./fault-lane.ts";
import { DEADLINE_MS, Watch } from "./watch.ts";

/**
 * `blackhole`: bytes, FIN and RST vanish both ways, as behind a dead router; connections are still accepted.
 * `drop-to-client`, `drop-to-server`: the same in one direction. A connection that has lost anything stays dead after the
 * mode has gone back to `pass`; new ones work. `stall`: nothing is read from either side, and nothing is lost.
 */
export type Mode = "pass" | "blackhole" | "drop-to-client" | "drop-to-server" | "stall";

/** What has happened since the proxy was made. */
export interface Counts {
  /** Connections of clients. */
  readonly accepted: number;
  /** Those whose client has neither ended nor reset them, and that the proxy has not cut. */
  readonly open: number;
  /** Connections reset by the proxy: by cut(), by cutAfter(), or because one side was reset. */
  readonly cut: number;
  /** Bytes that were passed on to the server, to the client, and to nobody. */
  readonly toServer: number;
  readonly toClient: number;
  readonly swallowed: number;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

interface Connection {
  readonly client: Socket;
  readonly server: Socket;
  readonly lanes: readonly Lane[];
}

const SWALLOWS = {
  toServer: new Set<Mode>(["blackhole", "drop-to-server"]),
  toClient: new Set<Mode>(["blackhole", "drop-to-client"]),
} as const;

/** Listens on the loopback and connects each client to `target`. Ends with its test; outside a test, call close(). */
export class FaultProxy implements AsyncDisposable {
  /** Where new connections go. */
  target: Address;
  /** Added to each piece, in both directions, for what comes in from now on. */
  delayMs = 0;
  /** The speed of each direction of each connection; 0 = no limit. */
  bytesPerSecond = 0;
  #mode: Mode = "pass";
  #port = 0;
  #listener: Server | undefined;
  #garbleIn: number | undefined;
  #cutIn: number | undefined;
  readonly #counts = { accepted: 0, open: 0, cut: 0, toServer: 0, toClient: 0, swallowed: 0 };
  readonly #connections = new Set<Connection>();
  readonly #watch = new Watch(() => `${this.#mode} ${JSON.stringify(this.#counts)}`);

  constructor(target: Address) {
    this.target = target;
    atTestEnd(() => this.close());
  }

  /** Starts to listen, on a free port unless one is given. */
  async listen(port = 0): Promise<this> {
    const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) =>
      this.#accept(client),
    );
    listener.listen(port, "127.0.0.1");
    await once(listener, "listening");
    const address = listener.address();
    if (address !== null && typeof address === "object") this.#port = address.port;
    this.#listener = listener;
    return this;
  }

  /** Stays the same through refuse() and reopen(). */
  get port(): number {
    return this.#port;
  }

  get counts(): Counts {
    return { ...this.#counts };
  }

  get mode(): Mode {
    return this.#mode;
  }

  set mode(mode: Mode) {
    this.#mode = mode;
    for (const { lanes } of this.#connections) for (const lane of lanes) lane.flow();
  }

  /** Resolves as soon as the counts pass `check`. */
  async until(
    what: string,
    check: (counts: Counts) => boolean,
    timeoutMs = DEADLINE_MS,
  ): Promise<Counts> {
    return await this.#watch.until(what, () => check(this.#counts) && this.counts, timeoutMs);
  }

  /** Resets every connection, on both sides (RST). */
  cut(): void {
    for (const connection of this.#connections) this.#reset(connection);
  }

  /** Ends every connection on both sides (FIN); what is under way is lost. */
  fin(): void {
    for (const { client, server, lanes } of this.#connections) {
      for (const lane of lanes) lane.abandon();
      client.end();
      server.end();
    }
  }

  /** Inverts one byte on its way to a client: the one after the next `offset` bytes, whatever connection it is on. */
  garble(offset = 0): void {
    this.#garbleIn = offset;
  }

  /** Lets exactly `bytes` more bytes through to the server, then resets the connection that carried the last of them. */
  cutAfter(bytes: number): void {
    this.#cutIn = bytes;
  }

  /** Stops listening, so that new clients get ECONNREFUSED; connections that are there stay. */
  async refuse(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    // Its callback would wait for the connections too; the socket that listens is closed by the next turn of the loop.
    listener?.close();
    await new Promise(setImmediate);
  }

  /** Listens again, on the same port. */
  async reopen(): Promise<void> {
    if (this.#listener === undefined) await this.listen(this.#port);
  }

  /** Stops listening and resets all; resolves when every socket is closed. */
  async close(): Promise<void> {
    await this.refuse();
    const sockets = [...this.#connections].flatMap(({ client, server }) => [client, server]);
    const closed = sockets.filter((socket) => !socket.closed).map(closing);
    this.cut();
    await Promise.all(closed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #accept(client: Socket): void {
    const server = connect({ ...this.target, allowHalfOpen: true, noDelay: true });
    const cut = (): void => this.#reset(connection);
    const lanes = [
      new Lane(
        client,
        server,
        this.#rules("toServer", (bytes) => this.#limit(bytes), cut),
      ),
      new Lane(
        server,
        client,
        this.#rules("toClient", (bytes) => this.#corrupt(bytes), cut),
      ),
    ];
    const connection = { client, server, lanes };
    this.#connections.add(connection);
    this.#count("accepted", 1);
    this.#countOpen(client);
    const forget = (): boolean =>
      client.closed && server.closed && this.#connections.delete(connection);
    client.once("close", forget);
    server.once("close", forget);
  }

  #countOpen(client: Socket): void {
    let open = true;
    this.#count("open", 1);
    const gone = (): void => {
      if (open) this.#count("open", -1);
      open = false;
    };
    client.once("end", gone);
    client.once("close", gone);
  }

  #rules(direction: "toServer" | "toClient", alter: Rules["alter"], cut: () => void): Rules {
    return {
      swallows: () => SWALLOWS[direction].has(this.#mode),
      stalls: () => this.#mode === "stall",
      delayMs: () => this.delayMs,
      bytesPerSecond: () => this.bytesPerSecond,
      alter,
      passed: (bytes) => this.#count(direction, bytes),
      swallowed: (bytes) => this.#count("swallowed", bytes),
      cut,
    };
  }

  #limit(bytes: Buffer): ReturnType<Rules["alter"]> {
    const left = this.#cutIn ?? Infinity;
    const last = bytes.length >= left;
    if (this.#cutIn !== undefined) this.#cutIn = last ? undefined : left - bytes.length;
    return { bytes: bytes.subarray(0, left), last };
  }

  #corrupt(bytes: Buffer): ReturnType<Rules["alter"]> {
    const offset = this.#garbleIn;
    const byte = offset === undefined ? undefined : bytes[offset];
    if (offset === undefined) return { bytes, last: false };
    this.#garbleIn = byte === undefined ? offset - bytes.length : undefined;
    const copy = Buffer.from(bytes);
    if (byte !== undefined) copy[offset] = byte ^ 0xff;
    return { bytes: copy, last: false };
  }

  #reset({ client, server, lanes }: Connection): void {
    if (!client.destroyed || !server.destroyed) this.#count("cut", 1);
    for (const lane of lanes) lane.abandon();
    for (const socket of [client, server]) {
      // A socket that is being shut down cannot be reset: Node would keep it open for ever (libuv refuses the two together).
      if (socket.connecting || socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
  }

  #count(name: keyof Counts, add: number): void {
    this.#counts[name] += add;
    this.#watch.changed();
  }
}

/** Not events.once: that rejects when the socket closes because of an error. */
async function closing(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
  });
}
