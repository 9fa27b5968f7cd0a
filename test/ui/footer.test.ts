// What a footer leaves on a screen, on a small terminal of the test's own.
import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { Footer } from "../../src/ui/footer.ts";
import { openLog } from "../../src/ui/log.ts";

/** A control sequence or a character. */
// oxlint-disable-next-line no-control-regex
const TOKEN = /\x1b\[\??\d*[A-Za-z]|[^]/g;

/** Understands what a footer writes, and nothing else: an unknown sequence shows up as text. */
class Terminal extends Writable {
  readonly isTTY = true;
  columns: number;
  rows = 24;
  readonly shown: string[] = [""];
  written = "";
  #row = 0;
  #column = 0;

  constructor(columns: number) {
    super({ decodeStrings: false });
    this.columns = columns;
  }

  /** The screen without the blanks at the ends of its lines. */
  get lines(): readonly string[] {
    return this.shown.map((line) => line.trimEnd());
  }

  override _write(chunk: string, _encoding: BufferEncoding, done: () => void): void {
    this.written += chunk;
    for (const [token] of chunk.matchAll(TOKEN)) this.#take(token);
    done();
  }

  #take(token: string): void {
    const count = token.startsWith("\x1b") && token.endsWith("A") ? token.slice(2, -1) : "";
    const line = this.shown[this.#row] ?? "";
    if (token === "\n") this.#goDown();
    else if (token === "\r") this.#column = 0;
    else if (count !== "") this.#row -= Number(count);
    else if (token === "\x1b[K") this.shown[this.#row] = line.slice(0, this.#column);
    else if (token === "\x1b[J")
      this.shown.splice(this.#row, Infinity, line.slice(0, this.#column));
    else if (!token.startsWith("\x1b[?2026")) this.#put(token, line);
  }

  #goDown(): void {
    this.#column = 0;
    this.shown[++this.#row] ??= "";
  }

  #put(character: string, line: string): void {
    const [before, after] = [line.slice(0, this.#column), line.slice(this.#column + 1)];
    this.shown[this.#row] = before.padEnd(this.#column) + character + after;
    this.#column++;
  }
}

describe("a footer", () => {
  it("is drawn again in its place, whether it has become longer or shorter", () => {
    const terminal = new Terminal(40);
    const footer = new Footer(terminal);
    footer.show(["rate 10", "in flight 5"]);
    footer.show(["rate 9"]);
    expect(terminal.lines).toEqual(["rate 9", ""]);
    footer.show(["rate 1", "in flight 7", "p50 1 ms"]);
    expect(terminal.lines).toEqual(["rate 1", "in flight 7", "p50 1 ms", ""]);
  });

  it("stays below what is written above it", () => {
    const terminal = new Terminal(40);
    const footer = new Footer(terminal);
    footer.above("before\n");
    footer.show(["rate 10", "in flight 5"]);
    footer.above("a warning, longer than a line\n");
    footer.above("two\nlines\n");
    expect(terminal.lines).toEqual([
      "before",
      "a warning, longer than a line",
      "two",
      "lines",
      "rate 10",
      "in flight 5",
      "",
    ]);
  });

  it("fits the terminal: one column stays free, and one row", () => {
    const terminal = new Terminal(10);
    terminal.rows = 3;
    new Footer(terminal).show(["0123456789abc", "b", "c", "d"]);
    expect(terminal.lines).toEqual(["012345678", "b", ""]);
  });

  it("finds its first row again when the terminal has become narrower and has wrapped it", () => {
    const terminal = new Terminal(20);
    const footer = new Footer(terminal);
    footer.above("above\n");
    footer.show(["0123456789abcdef", "short"]);
    const before = terminal.written.length;
    terminal.columns = 10;
    footer.show(["new"]);
    expect(terminal.written.slice(before)).toContain("\x1b[3A");
  });

  it("leaves what it has shown when it is released", () => {
    const terminal = new Terminal(40);
    const footer = new Footer(terminal);
    footer.show(["final"]);
    footer.release();
    footer.above("Stopped\n");
    expect(terminal.lines).toEqual(["final", "Stopped", ""]);
  });

  it("changes the screen at once: each drawing is one write, from begin to end of an update", () => {
    const terminal = new Terminal(40);
    const footer = new Footer(terminal);
    footer.show(["a"]);
    terminal.written = "";
    footer.show(["b"]);
    expect(terminal.written).toBe("\x1b[?2026h\x1b[1A\rb\x1b[K\n\x1b[J\x1b[?2026l");
  });

  it("neither hides the cursor nor sets a mode that would have to be restored", () => {
    const terminal = new Terminal(40);
    const footer = new Footer(terminal);
    footer.show(["a", "b"]);
    footer.above("c\n");
    footer.release();
    const tokens = [...terminal.written.matchAll(TOKEN)].map(([token]) => token);
    const modes = tokens.filter((token) => token.length > 1 && /[hl]$/.test(token));
    expect(new Set(modes)).toEqual(new Set(["\x1b[?2026h", "\x1b[?2026l"]));
    expect(terminal.written.endsWith("\x1b[?2026l")).toBe(true);
  });
});

describe("a log", () => {
  it("writes its lines above its footer, escaped", async () => {
    const terminal = new Terminal(60);
    const log = await openLog(terminal, "never", { TERM: "xterm" });
    log.footer?.show(["rate 10"]);
    log.note("queue: \x1b[2J");
    expect(terminal.lines).toEqual(["queue: \\x1b[2J", "rate 10", ""]);
  });

  it("has no footer on a dumb terminal, and none in a pipe", async () => {
    const pipe = new Writable({ write: (_chunk, _encoding, done) => done() });
    expect((await openLog(new Terminal(80), "never", { TERM: "dumb" })).footer).toBeUndefined();
    expect((await openLog(pipe, "never", { TERM: "xterm" })).footer).toBeUndefined();
  });
});
