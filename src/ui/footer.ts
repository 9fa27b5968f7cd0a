// The lines at the bottom of a terminal that are drawn again in their place: a live chart, a progress bar. Other lines go
// above them. It hides no cursor and sets no mode, so that there is nothing to restore, however the program ends.
import type { Writable } from "node:stream";
import { columnsOf, rowsOf, type Sized } from "./terminal-size.ts";

/** A terminal, as far as it is drawn on. */
export interface Screen extends Writable, Sized {
  readonly isTTY?: boolean;
}

/** Terminals take what is between these as one change, so that nothing flickers; those that do not know them ignore them. */
const BEGIN = "\x1b[?2026h";
const END = "\x1b[?2026l";
const ERASE_LINE = "\x1b[K";
const ERASE_BELOW = "\x1b[J";

export class Footer {
  readonly #screen: Screen;
  #lines: readonly string[] = [];
  /** The widths of the lines that are on the screen: in a terminal made narrower each may take several rows. */
  #drawn: readonly number[] = [];
  /** Those of lines above them that a terminal made lower has moved into its history; made higher, it brings them back. */
  #lost: readonly number[] = [];
  /** The terminal's at that time. */
  #rows = 0;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  get columns(): number {
    return columnsOf(this.#screen);
  }

  get rows(): number {
    return rowsOf(this.#screen);
  }

  /** Shows these lines in place of those before. They must be plain text: no control characters, no wide ones. */
  show(lines: readonly string[]): void {
    this.#lines = lines;
    this.#redraw("");
  }

  /** Writes text that ends with a newline above the lines. */
  above(text: string): void {
    if (this.#drawn.length + this.#lost.length === 0) this.#write(text);
    else this.#redraw(text);
  }

  /** Leaves the lines where they are: what comes now stands below. */
  release(): void {
    this.#lines = [];
    this.#drawn = [];
    this.#lost = [];
  }

  #redraw(text: string): void {
    // The last column stays free: some terminals wrap when it is written.
    const shown = this.#lines.slice(0, this.rows - 1).map((line) => cut(line, this.columns - 1));
    const rows = shown.map((line) => `${line}${ERASE_LINE}\n`).join("");
    const above = text.replaceAll("\n", `${ERASE_LINE}\n`);
    this.#write(`${BEGIN}${this.#goUp()}${above}${rows}${ERASE_BELOW}${END}`);
    // What is lost above text stays there.
    this.#lost = text === "" ? this.#findLost() : [];
    this.#drawn = shown.map((line) => line.length);
    this.#rows = this.rows;
  }

  /** To the first of our lines, or to the first row of the screen: no terminal goes further. */
  #goUp(): string {
    const rows = this.#countRows([...this.#lost, ...this.#drawn]);
    return rows > 0 ? `\x1b[${rows}A\r` : "\r";
  }

  /** Lines that were not reached. While there are any, the others begin in the first row. */
  #findLost(): readonly number[] {
    const all = [...this.#lost, ...this.#drawn];
    const back = Math.max(0, this.rows - this.#rows);
    const above = this.#lost.length > 0 ? this.#countRows(this.#drawn) + back : Infinity;
    const reach = Math.min(above, this.rows - 1);
    return all.filter((_, i) => this.#countRows(all.slice(i)) > reach);
  }

  #countRows(widths: readonly number[]): number {
    return widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / this.columns)), 0);
  }

  #write(text: string): void {
    if (this.#screen.writable) this.#screen.write(text);
  }
}

/**
 * Draws at this interval, in milliseconds; returns what ends that. It comes after the signals of its turn, so that SIGCONT can
 * release a footer that was stopped before it is drawn again.
 */
export function drawEach(ms: number, draw: () => void): () => void {
  let due: NodeJS.Immediate | undefined;
  const timer = setInterval(() => {
    due = setImmediate(draw);
  }, ms);
  timer.unref();
  return () => {
    clearInterval(timer);
    clearImmediate(due);
  };
}

function cut(line: string, columns: number): string {
  return line.length <= columns ? line : line.slice(0, Math.max(0, columns));
}
