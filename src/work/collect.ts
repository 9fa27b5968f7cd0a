// What handlers print: standard output whole per message, though several run at once; standard error line by line.
import { StringDecoder } from "node:string_decoder";
import { characterLength, endOfCharacter } from "../message/text.ts";
import type { Log } from "../ui/log.ts";
import { escapeBytes } from "../ui/escape.ts";
import type { Output } from "../ui/output.ts";

/** Takes the chunks of one stream, one after the other. */
export interface Taker {
  take(chunk: Buffer): Promise<void>;
  /** The stream has ended. @throws what `Output.write` throws */
  end(): Promise<void>;
}

/** How much of one handler's output is held back before it goes out as it comes, while others wait. */
const HELD_BYTES = 1024 * 1024;
/** A longer line of standard error is shown in pieces. */
const LINE_CHARACTERS = 16 * 1024;
/** How much of standard error goes with a dead letter. */
const HEAD_BYTES = 1024;

/** One at a time, in the order of asking. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when it is the caller's turn, with what ends it. */
  async take(): Promise<() => void> {
    const before = this.#last;
    let end = ignore;
    this.#last = new Promise((resolve) => (end = resolve));
    await before;
    return end;
  }
}

/** Writes what one handler prints in one piece. */
export class WholeOutput implements Taker {
  readonly #output: Output;
  readonly #turns: Turns;
  #held: Buffer[] = [];
  #bytes = 0;
  #release: (() => void) | undefined;

  constructor(output: Output, turns: Turns) {
    this.#output = output;
    this.#turns = turns;
  }

  async take(chunk: Buffer): Promise<void> {
    this.#held.push(chunk);
    this.#bytes += chunk.length;
    if (this.#release || this.#bytes > HELD_BYTES) await this.#write();
  }

  async end(): Promise<void> {
    try {
      if (this.#held.length > 0) await this.#write("last");
    } finally {
      this.#release?.();
    }
  }

  /** A terminal gets whole characters: an incomplete one at the end waits for its rest, if that may still come. */
  async #write(which?: "last"): Promise<void> {
    this.#release ??= await this.#turns.take();
    const bytes = Buffer.concat(this.#held);
    const { isTerminal } = this.#output;
    const end = isTerminal && !which ? endOfWhole(bytes) : bytes.length;
    const shown = bytes.subarray(0, end);
    this.#held = end < bytes.length ? [bytes.subarray(end)] : [];
    await this.#output.write(isTerminal ? escapeBytes(shown) : shown);
  }
}

/** Where the last whole character ends, if another one may have begun behind it. */
function endOfWhole(bytes: Buffer): number {
  const last = endOfCharacter(bytes, bytes.length - 1);
  return characterLength(bytes, last) > 0 ? bytes.length : last;
}

/** Keeps the beginning of what one handler prints. */
export class Kept implements Taker {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  async take(chunk: Buffer): Promise<void> {
    if (this.#bytes < this.#limit) this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  async end(): Promise<void> {}

  /** There was more than is kept. */
  get isCut(): boolean {
    return this.#bytes > this.#limit;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks).subarray(0, this.#limit);
  }
}

/** Shows each line on standard error as soon as it is whole, escaped, and keeps the beginning of all. */
export class ErrorLines implements Taker {
  readonly #log: Log;
  readonly #decoder = new StringDecoder("utf8");
  readonly #head = new Kept(HEAD_BYTES + 1);
  #unfinished = "";

  constructor(log: Log) {
    this.#log = log;
  }

  async take(chunk: Buffer): Promise<void> {
    await this.#head.take(chunk);
    await this.#show(this.#decoder.write(chunk));
  }

  async end(): Promise<void> {
    await this.#show(this.#decoder.end());
    if (this.#unfinished !== "") await this.#log.relay(this.#unfinished);
    this.#unfinished = "";
  }

  /** The first KiB, up to the last whole character. */
  get head(): Buffer {
    const { bytes } = this.#head;
    return bytes.subarray(0, endOfCharacter(bytes, HEAD_BYTES));
  }

  async #show(text: string): Promise<void> {
    const whole = this.#unfinished + text;
    const lines = whole.lastIndexOf("\n") + 1;
    const end = whole.length - lines > LINE_CHARACTERS ? whole.length : lines;
    this.#unfinished = whole.slice(end);
    if (end > 0) await this.#log.relay(whole.slice(0, end).replace(/\n$/, ""));
  }
}

function ignore(): void {}
