// A server that plays a script to each client: just enough AMQP 0-9-1 to misbehave at any point of it, on cue.
// What a script can say is in misbehave-script.ts; the frames are in amqp-frame.ts and, for a channel, amqp-answer.ts.
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import type { ClientFrame, FrameName } from "./amqp-frame.ts";
import { atTestEnd } from "./cleanup.ts";
import { Player, type Script } from "./misbehave-script.ts";
import { DEADLINE_MS, Watch } from "./watch.ts";

/** Starts the server on a free port of the loopback; a function gives each connection, counted from 1, its own script. */
export async function misbehave(
  script: Script | ((connection: number) => Script),
  options: { readonly tls?: TlsOptions } = {},
): Promise<Misbehaviour> {
  const server = new Misbehaviour(
    typeof script === "function" ? script : () => script,
    options.tls,
  );
  return await server.listen();
}

/** The running server. Ends with its test; outside a test, call close(). */
export class Misbehaviour implements AsyncDisposable {
  readonly #server: Server;
  readonly #players: Player[] = [];
  readonly #watch = new Watch(
    () => this.#players.map((player) => player.report()).join("\n") || "no connection yet",
  );
  #port = 0;

  constructor(script: (connection: number) => Script, tls: TlsOptions | undefined) {
    const accept = (socket: Socket): void => {
      this.#players.push(
        new Player(socket, script(this.#players.length + 1), () => this.#watch.changed()),
      );
    };
    this.#server =
      tls === undefined ? createServer({ noDelay: true }, accept) : createTlsServer(tls, accept);
    atTestEnd(() => this.close());
  }

  async listen(): Promise<this> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    if (address !== null && typeof address === "object") this.#port = address.port;
    return this;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `amqp://guest:guest@127.0.0.1:${this.port}`;
  }

  /** How many clients have connected so far, and how many of them still are. */
  get connections(): number {
    return this.#players.length;
  }

  get open(): number {
    return this.#players.filter(({ over }) => !over).length;
  }

  /** All frames of a connection (counted from 1) in order. */
  received(connection = 1): readonly ClientFrame[] {
    return this.#players[connection - 1]?.frames ?? [];
  }

  /** Resolves with the first frame of that name that any client has sent. */
  async receives(name: FrameName, timeoutMs = DEADLINE_MS): Promise<ClientFrame> {
    const find = (): ClientFrame | undefined =>
      this.#players.flatMap(({ frames }) => frames).find((received) => received.name === name);
    return await this.#watch.until(name, find, timeoutMs);
  }

  /** Resolves when the script of a connection has come to its end. */
  async played(connection = 1, timeoutMs = DEADLINE_MS): Promise<void> {
    const done = (): boolean => this.#players[connection - 1]?.done ?? false;
    await this.#watch.until(`the end of script ${connection}`, done, timeoutMs);
  }

  /** Resolves as soon as `check` passes; looked at whenever a client connects, speaks or leaves. */
  async until(
    what: string,
    check: (server: Misbehaviour) => boolean,
    timeoutMs = DEADLINE_MS,
  ): Promise<void> {
    await this.#watch.until(what, () => check(this), timeoutMs);
  }

  /** Sends to every open connection, on the test's own cue. */
  send(bytes: Buffer): void {
    for (const player of this.#players) player.send(bytes);
  }

  /** Stops listening and resets every connection. */
  async close(): Promise<void> {
    for (const player of this.#players) player.end("rst");
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, "close");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
