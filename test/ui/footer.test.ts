// What a footer leaves on a screen.
import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { Footer } from "../../src/ui/footer.ts";
import { openLog } from "../../src/ui/log.ts";
import { TestScreen, TOKEN } from "../support/screen.ts";

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `${count}.${i + 1}`);

describe("a footer", () => {
  it("is drawn again in its place, whether it has become longer or shorter", () => {
    const terminal = new TestScreen(40);
    const footer = new Footer(terminal);
    footer.show(["rate 10", "in flight 5"]);
    footer.show(["rate 9"]);
    expect(terminal.lines).toEqual(["rate 9", ""]);
    footer.show(["rate 1", "in flight 7", "p50 1 ms"]);
    expect(terminal.lines).toEqual(["rate 1", "in flight 7", "p50 1 ms", ""]);
  });

  it("stays below what is written above it", () => {
    const terminal = new TestScreen(40);
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
    const terminal = new TestScreen(10);
    terminal.rows = 3;
    new Footer(terminal).show(["0123456789abc", "b", "c", "d"]);
    expect(terminal.lines).toEqual(["012345678", "b", ""]);
  });

  it("takes a terminal that does not know its size for one of 80 columns and 24 rows", () => {
    const terminal = new TestScreen(0);
    terminal.rows = 0;
    const lines = Array.from({ length: 30 }, () => "x".repeat(100));
    new Footer(terminal).show(lines);
    expect(terminal.lines).toEqual([...lines.slice(0, 23).map((line) => line.slice(0, 79)), ""]);
  });

  it("finds its first row again when the terminal has become narrower and has wrapped it", () => {
    const terminal = new TestScreen(20);
    const footer = new Footer(terminal);
    footer.above("above\n");
    footer.show(["0123456789abcdef", "short"]);
    const before = terminal.written.length;
    terminal.columns = 10;
    footer.show(["new"]);
    expect(terminal.written.slice(before)).toContain("\x1b[3A");
  });

  it.each([
    [14, 13],
    [4, 3],
    [4, 1],
  ])(
    "leaves nothing behind when the terminal had %d rows for a while, and it %d",
    (rows, count) => {
      const terminal = new TestScreen(40);
      const footer = new Footer(terminal);
      footer.above("above\n");
      footer.show(numbered(18));
      terminal.rows = rows;
      footer.show(numbered(count));
      footer.show(numbered(count));
      expect(terminal.lines.slice(-count - 1)).toEqual([...numbered(count), ""]);
      terminal.rows = 10;
      footer.show(numbered(2));
      terminal.rows = 24;
      footer.show(numbered(17));
      expect(terminal.lines).toEqual(["above", ...numbered(17), ""]);
    },
  );

  it("keeps what was written above it in a lower terminal", () => {
    const terminal = new TestScreen(40);
    const footer = new Footer(terminal);
    footer.show(numbered(6));
    terminal.rows = 4;
    footer.show([]);
    footer.above("note\n");
    terminal.rows = 24;
    footer.show(["rate"]);
    expect(terminal.lines.slice(-3)).toEqual(["note", "rate", ""]);
  });

  it("leaves what it has shown when it is released", () => {
    const terminal = new TestScreen(40);
    const footer = new Footer(terminal);
    footer.show(["final"]);
    footer.release();
    footer.above("Stopped\n");
    expect(terminal.lines).toEqual(["final", "Stopped", ""]);
  });

  it("changes the screen at once: each drawing is one write, from begin to end of an update", () => {
    const terminal = new TestScreen(40);
    const footer = new Footer(terminal);
    footer.show(["a"]);
    terminal.written = "";
    footer.show(["b"]);
    expect(terminal.written).toBe("\x1b[?2026h\x1b[1A\rb\x1b[K\n\x1b[J\x1b[?2026l");
  });

  it("neither hides the cursor nor sets a mode that would have to be restored", () => {
    const terminal = new TestScreen(40);
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
    const terminal = new TestScreen(60);
    const log = await openLog(terminal, "never", { TERM: "xterm" });
    log.footer?.show(["rate 10"]);
    log.note("queue: \x1b[2J");
    expect(terminal.lines).toEqual(["queue: \\x1b[2J", "rate 10", ""]);
  });

  it("has no footer on a dumb terminal, and none in a pipe", async () => {
    const pipe = new Writable({ write: (_chunk, _encoding, done) => done() });
    expect((await openLog(new TestScreen(80), "never", { TERM: "dumb" })).footer).toBeUndefined();
    expect((await openLog(pipe, "never", { TERM: "xterm" })).footer).toBeUndefined();
  });
});
