// A plain TCP echo server and both ends of its connections, for the tests of the fault proxy.
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { atTestEnd } from "./cleanup.ts";
import { Watch } from "./watch.ts";

/** One end of a connection: what it got, and how it was told that the other end is gone. */
export class End {
  readonly socket: Socket;
  readonly #chunks: Buffer[] = [];
  #length = 0;
  #gone: "no" | "fin" | "rst" = "no";
  readonly #watch = new Watch(() => `${this.#gone}, got ${this.#length} bytes`);

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (bytes: Buffer) => {
      this.#chunks.push(bytes);
      this.#length += bytes.length;
      this.#watch.changed();
    });
    socket.on("end", () => this.#end("fin"));
    socket.on("error", () => this.#end("rst"));
    atTestEnd(() => void socket.destroy());
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.bytes.toString("latin1");
  }

  async got(text: string, timeoutMs?: number): Promise<boolean> {
    return await this.#watch.until(text, () => this.text === text, timeoutMs);
  }

  async gotBytes(count: number): Promise<boolean> {
    return await this.#watch.until(`${count} bytes`, () => this.#length >= count);
  }

  async gone(how: "fin" | "rst"): Promise<boolean> {
    return await this.#watch.until(how, () => this.#gone === how);
  }

  /** Settles false when nothing at all has come in `forMs`. */
  async hearsAnything(forMs: number): Promise<boolean> {
    const before = this.#length;
    const heard = (): boolean => this.#gone !== "no" || this.#length > before;
    return await this.#watch.until("anything", heard, forMs).catch(() => false);
  }

  #end(how: "fin" | "rst"): void {
    this.#gone = how;
    this.#watch.changed();
  }
}

/** An echo server; `accepted` resolves with its side of the newest connection. */
export interface Echo {
  readonly port: number;
  readonly accepted: () => Promise<End>;
}

/** Starts an echo server that leaves its side open when a client ends. */
export async function echo(): Promise<Echo> {
  const ends: End[] = [];
  const watch = new Watch(() => `${ends.length} connections`);
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    ends.push(new End(socket));
    socket.on("data", (bytes: Buffer) => socket.write(bytes));
    watch.changed();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  atTestEnd(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    accepted: async () => await watch.until("a connection", () => ends.at(-1)),
  };
}

/** Connects to a port of the loopback. */
export async function dial(port: number): Promise<End> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  await once(socket, "connect");
  return new End(socket);
}
