// The script of a misbehaving server: its steps, some ready-made passages, and the player that performs it for one client.
// Listening, and waiting for what clients do, is up to misbehave.ts.
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { channelCloseOk, channelOpenOk, selectOk } from "./amqp-answer.ts";
import type { Fields } from "./amqp-bytes.ts";
import {
  type ClientFrame,
  closeOk,
  type FrameName,
  FrameReader,
  openOk,
  start,
  tune,
} from "./amqp-frame.ts";

/** From here on each frame of that name is answered, also after the last step; `answer` may count from 1 (a confirm's tag). */
export interface Whenever {
  readonly whenever: FrameName;
  readonly answer: Buffer | ((count: number, frame: ClientFrame) => Buffer);
}

/**
 * One step: bytes are sent; a frame's name waits until the client sends such a frame, and passes over others;
 * `anything` waits for any frame or bytes, `{ frames }` for so many; `deaf` reads no more; `fin` and `rst` end the connection.
 * After the last step the connection stays open and nothing is answered.
 */
export type Step =
  | FrameName
  | "anything"
  | "deaf"
  | "fin"
  | "rst"
  | Buffer
  | Whenever
  | { readonly frames: number };

export type Script = readonly Step[];

/** What a broker says of itself in the handshake. */
export interface Greeting {
  readonly properties?: Fields;
  readonly frameMax?: number;
  readonly channelMax?: number;
}

/** The AMQP handshake up to an open connection. */
export function handshake(heartbeatSeconds = 0, greeting: Greeting = {}): Script {
  const { properties = {}, frameMax = 131_072, channelMax = 2047 } = greeting;
  return [
    "header",
    start(properties),
    "start-ok",
    tune(channelMax, frameMax, heartbeatSeconds),
    "tune-ok",
    "open",
    openOk(),
  ];
}

/** The handshake and an open channel; with `confirm`, in confirm mode. */
export function openChannel(mode: "plain" | "confirm" = "plain", greeting?: Greeting): Script {
  const opened: Script = [...handshake(0, greeting), "channel.open", channelOpenOk()];
  return mode === "plain" ? opened : [...opened, "confirm.select", selectOk()];
}

export function whenever(name: FrameName, answer: Whenever["answer"]): Whenever {
  return { whenever: name, answer };
}

/** Lets the client close its channel 1 and the connection properly, whenever it wants to. */
export function goodbye(): Script {
  return [whenever("channel.close", channelCloseOk()), whenever("close", closeOk())];
}

/** What a web server says to an AMQP client. */
export function http(): Buffer {
  return Buffer.from("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

/** The beginning of a body frame that announces `size` bytes. */
export function announce(size: number, channel = 1): Buffer {
  const bytes = Buffer.from([3, 0, channel, 0, 0, 0, 0]);
  bytes.writeUInt32BE(size, 3);
  return bytes;
}

/** Bytes that mean nothing, the same ones every time. */
export function noise(count: number): Buffer {
  let state = 1;
  return Buffer.from(
    Array.from({ length: count }, () => (state = (state * 48_271) % 0x7fffffff) & 0xff),
  );
}

/** Performs a script on one connection, and keeps what the client has sent. */
export class Player {
  readonly frames: ClientFrame[] = [];
  readonly #socket: Socket;
  readonly #script: Script;
  readonly #reader = new FrameReader();
  readonly #rules: Whenever[] = [];
  readonly #counts = new Map<Whenever, number>();
  #step = 0;
  #heard = 0;

  /** `changed` is called whenever the client has spoken or left. */
  constructor(socket: Socket, script: Script, changed: () => void) {
    this.#socket = socket;
    this.#script = script;
    socket.on("data", (chunk: Buffer) => {
      for (const frame of this.#reader.read(chunk)) this.#take(frame);
      changed();
    });
    socket.on("error", () => {});
    socket.on("close", changed);
    this.#play();
    changed();
  }

  /** The last step has been performed. */
  get done(): boolean {
    return this.#step === this.#script.length;
  }

  /** The connection is closed. */
  get over(): boolean {
    return this.#socket.destroyed;
  }

  send(bytes: Buffer): void {
    if (!this.over) this.#socket.write(bytes);
  }

  end(how: "fin" | "rst"): void {
    if (how === "fin") this.#socket.end();
    // Node cannot reset below TLS; the client then sees the connection end without a TLS goodbye.
    else if (this.#socket instanceof TLSSocket) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  /** Where the script stands and what has come, for error messages. */
  report(): string {
    const step = this.#script[this.#step];
    const at =
      step === undefined
        ? "script over"
        : `step ${this.#step + 1} of ${this.#script.length}: ${JSON.stringify(step)}`;
    return `${this.over ? "closed" : "open"}, ${at}, got: ${this.frames.map(({ name }) => name).join(" ")}`;
  }

  #take(frame: ClientFrame): void {
    this.frames.push(frame);
    for (const rule of this.#rules) if (rule.whenever === frame.name) this.#answer(rule, frame);
    this.#play();
  }

  #answer(rule: Whenever, frame: ClientFrame): void {
    const count = (this.#counts.get(rule) ?? 0) + 1;
    this.#counts.set(rule, count);
    this.send(Buffer.isBuffer(rule.answer) ? rule.answer : rule.answer(count, frame));
  }

  #play(): void {
    for (let step = this.#script[this.#step]; step !== undefined; step = this.#script[this.#step]) {
      if (!this.#perform(step)) return;
      this.#step += 1;
    }
  }

  /** False while the step waits for the client. */
  #perform(step: Step): boolean {
    if (Buffer.isBuffer(step)) this.send(step);
    else if (step === "fin" || step === "rst") this.end(step);
    else if (step === "deaf") this.#socket.pause();
    else if (typeof step === "string") return this.#hear(step);
    else if ("frames" in step) return this.#hearFrames(step.frames);
    else this.#rules.push(step);
    return true;
  }

  #hear(name: FrameName | "anything"): boolean {
    while (this.#heard < this.frames.length) {
      const frame = this.frames[this.#heard++];
      if (name === "anything" || frame?.name === name) return true;
    }
    return false;
  }

  #hearFrames(count: number): boolean {
    if (this.frames.length - this.#heard < count) return false;
    this.#heard += count;
    return true;
  }
}
