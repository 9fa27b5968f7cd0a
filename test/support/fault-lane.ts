// One direction of one proxied connection: bytes, then perhaps FIN or RST, on their way from one socket to another.
// Which faults are on is asked for each piece when it leaves the lane, so that a fault also hits what is under way.
import type { Socket } from "node:net";

/** What the proxy decides for a lane. */
export interface Rules {
  /** Nothing gets through at the moment: neither bytes nor FIN nor RST. */
  readonly swallows: () => boolean;
  /** Nothing moves at the moment, and nothing is lost. */
  readonly stalls: () => boolean;
  readonly delayMs: () => number;
  /** 0 = as fast as possible. */
  readonly bytesPerSecond: () => number;
  /** The last word on the bytes that go out: the same, others, or fewer; `last` ends the connection after them. */
  readonly alter: (bytes: Buffer) => { readonly bytes: Buffer; readonly last: boolean };
  readonly passed: (bytes: number) => void;
  readonly swallowed: (bytes: number) => void;
  readonly cut: () => void;
}

type Piece = Buffer | "fin" | "rst";

interface Scheduled {
  readonly piece: Piece;
  readonly at: number;
}

/** Bytes under way before the sender is held up: so many that a delay alone does not limit the speed. */
const QUEUE_LIMIT = 16 * 1024 * 1024;

/** Carries everything from `source` to `target`, until something is lost: a stream with a hole is never continued. */
export class Lane {
  readonly #source: Socket;
  readonly #target: Socket;
  readonly #rules: Rules;
  readonly #queue: Scheduled[] = [];
  #queuedBytes = 0;
  #lastAt = 0;
  #lost = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(source: Socket, target: Socket, rules: Rules) {
    this.#source = source;
    this.#target = target;
    this.#rules = rules;
    source.on("data", (bytes: Buffer) => this.#takeBytes(bytes));
    source.once("end", () => this.#take("fin"));
    source.on("error", () => this.#take("rst"));
    target.on("drain", () => this.flow());
    target.once("close", () => this.abandon());
    this.flow();
  }

  /** Goes on, or stops, after the rules have changed. */
  flow(): void {
    this.#pump();
    const full =
      this.#queuedBytes > QUEUE_LIMIT ||
      (this.#target.writableNeedDrain && !this.#target.destroyed);
    if (full || this.#rules.stalls()) this.#source.pause();
    else this.#source.resume();
  }

  /** Lets nothing through any more, also not what is under way. */
  abandon(): void {
    this.#lost = true;
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    clearTimeout(this.#timer);
  }

  #takeBytes(bytes: Buffer): void {
    const rate = this.#rules.bytesPerSecond();
    const size = rate > 0 ? Math.max(1, Math.floor(rate / 20)) : bytes.length;
    for (let start = 0; start < bytes.length; start += size)
      this.#take(bytes.subarray(start, start + size));
  }

  #take(piece: Piece): void {
    const rate = this.#rules.bytesPerSecond();
    const onTheWire = rate > 0 ? (lengthOf(piece) * 1000) / rate : 0;
    const arrived = performance.now() + this.#rules.delayMs();
    this.#lastAt = Math.max(arrived, this.#lastAt) + onTheWire;
    this.#queue.push({ piece, at: this.#lastAt });
    this.#queuedBytes += lengthOf(piece);
    this.flow();
  }

  #pump(): void {
    clearTimeout(this.#timer);
    for (
      let [head] = this.#queue;
      head !== undefined && !this.#rules.stalls();
      [head] = this.#queue
    ) {
      const wait = head.at - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.flow(), wait);
        return;
      }
      this.#queue.shift();
      this.#queuedBytes -= lengthOf(head.piece);
      this.#forward(head.piece);
    }
  }

  #forward(piece: Piece): void {
    this.#lost ||= this.#rules.swallows();
    if (this.#lost || this.#target.destroyed) this.#rules.swallowed(lengthOf(piece));
    else if (piece === "fin") this.#target.end();
    else if (piece === "rst") this.#rules.cut();
    else this.#write(piece);
  }

  #write(piece: Buffer): void {
    const { bytes, last } = this.#rules.alter(piece);
    this.#lost ||= last;
    this.#rules.passed(bytes.length);
    this.#target.write(bytes, () => last && this.#rules.cut());
  }
}

function lengthOf(piece: Piece): number {
  return typeof piece === "string" ? 0 : piece.length;
}
