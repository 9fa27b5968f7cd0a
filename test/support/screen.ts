// A small terminal for tests: understands what a footer writes, and nothing else.
import { Writable } from "node:stream";
import { rowsOf } from "../../src/ui/terminal-size.ts";

/** A control sequence or a character. */
// oxlint-disable-next-line no-control-regex
export const TOKEN = /\x1b\[\??\d*[A-Za-z]|[^]/g;

/** An unknown control sequence shows up as text. */
export class TestScreen extends Writable {
  readonly isTTY = true;
  columns: number;
  readonly #shown: string[] = [""];
  written = "";
  #rows = 24;
  /** The line in the first row; those before are history. */
  #top = 0;
  #row = 0;
  #column = 0;

  constructor(columns: number) {
    super({ decodeStrings: false });
    this.columns = columns;
  }

  get rows(): number {
    return this.#rows;
  }

  /** As tmux and others do: the line of the cursor stays, and a higher screen shows lines of the history again. */
  set rows(rows: number) {
    this.#top = Math.max(0, this.#top - Math.max(0, rows - this.#rows));
    this.#rows = rows;
    this.#scroll();
  }

  /** What it shows and has in its history, without the blanks at the ends of its lines. */
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
    else if (count !== "") this.#row = Math.max(this.#top, this.#row - Number(count));
    else if (token === "\x1b[K") this.#shown[this.#row] = line.slice(0, this.#column);
    else if (token === "\x1b[J")
      this.#shown.splice(this.#row, Infinity, line.slice(0, this.#column));
    else if (!token.startsWith("\x1b[?2026")) this.#put(token, line);
  }

  #goDown(): void {
    this.#column = 0;
    this.#shown[++this.#row] ??= "";
    this.#scroll();
  }

  #scroll(): void {
    this.#top = Math.max(this.#top, this.#row - rowsOf(this) + 1);
  }

  #put(character: string, line: string): void {
    const [before, after] = [line.slice(0, this.#column), line.slice(this.#column + 1)];
    this.#shown[this.#row] = before.padEnd(this.#column) + character + after;
    this.#column++;
  }
}
