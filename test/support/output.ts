// What one stream of a child process has printed so far: exact bytes, text, and lines as they are completed.
// Waiting for a line is up to child.ts.
import { StringDecoder } from "node:string_decoder";

/** A text that a line contains, or a regular expression that it matches. */
export type Pattern = string | RegExp;

/** Collects chunks. Lines are split once, so that a long output costs no more than its length. */
export class Output {
  readonly #chunks: Buffer[] = [];
  readonly #decoder = new StringDecoder("utf8");
  readonly #lines: string[] = [];
  #unfinished = "";

  take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#split(this.#decoder.write(chunk));
  }

  /** The stream has ended: what stands after the last newline is a line as well. */
  end(): void {
    this.#split(this.#decoder.end());
    if (this.#unfinished === "") return;
    this.#lines.push(this.#unfinished);
    this.#unfinished = "";
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.bytes.toString("utf8");
  }

  /** Complete lines without their newline (a terminal's carriage return stays); the last one also without newline once the stream has ended. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** The beginning of a line that is not complete yet, such as a prompt. */
  get unfinished(): string {
    return this.#unfinished;
  }

  #split(text: string): void {
    const [first = "", ...others] = text.split("\n");
    this.#unfinished += first;
    for (const start of others) {
      this.#lines.push(this.#unfinished);
      this.#unfinished = start;
    }
  }
}

/** Whether `line` contains the text or matches the expression (whose `lastIndex` is neither used nor changed). */
export function matches(line: string, pattern: Pattern): boolean {
  return typeof pattern === "string" ? line.includes(pattern) : line.search(pattern) >= 0;
}
