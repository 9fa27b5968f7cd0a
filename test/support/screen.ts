// A small terminal for tests: understands what a footer writes, and nothing else.
import { Writable } from "node:stream";

/** A control sequence or a character. */
// oxlint-disable-next-line no-control-regex
export const TOKEN = /\x1b\[\??\d*[A-Za-z]|[^]/g;

/** An unknown control sequence shows up as text. */
export class TestScreen extends Writable {
  readonly isTTY = true;
  columns: number;
  rows = 24;
  readonly #shown: string[] = [""];
  written = "";
  #row = 0;
  #column = 0;

  constructor(columns: number) {
    super({ decodeStrings: false });
    this.columns = columns;
  }

  /** What it shows, without the blanks at the ends of its lines. */
  get lines(): readonly string[] {
    return this.#shown.map((line) => line.trimEnd());
  }

  override _write(chunk: string, _encoding: BufferEncoding, done: () => void): void {
    this.written += chunk;
    for (const [token] of chunk.matchAll(TOKEN)) this.#take(token);
    done();
  }

  #take(token: string): void {
    const count = token.startsWith("\x1b") && token.endsWith("A") ? token.slice(2, -1) : "";
    const line = this.#shown[this.#row] ?? "";
    if (token === "\n") this.#goDown();
    else if (token === "\r") this.#column = 0;
    else if (count !== "") this.#row = Math.max(0, this.#row - Number(count));
    else if (token === "\x1b[K") this.#shown[this.#row] = line.slice(0, this.#column);
    else if (token === "\x1b[J")
      this.#shown.splice(this.#row, Infinity, line.slice(0, this.#column));
    else if (!token.startsWith("\x1b[?2026")) this.#put(token, line);
  }

  #goDown(): void {
    this.#column = 0;
    this.#shown[++this.#row] ??= "";
  }

  #put(character: string, line: string): void {
    const [before, after] = [line.slice(0, this.#column), line.slice(this.#column + 1)];
    this.#shown[this.#row] = before.padEnd(this.#column) + character + after;
    this.#column++;
  }
}
