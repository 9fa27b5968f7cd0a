// Drawings to the letter: beside each other, below each other, in Unicode and in ASCII; and what must hold for any text.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { measureColumns } from "../../src/ui/columns.ts";
import { draw } from "../../src/preview/drawing.ts";
import type { Node, Path } from "../../src/preview/graph.ts";

const node = (shape: Node["shape"], title: string, ...notes: readonly string[]): Node => ({
  id: `${shape} ${title}`,
  shape,
  title,
  notes,
});
const step = (to: Node, ...labels: readonly string[]) => ({ labels, to });
const logs = node("exchange", "logs", "topic exchange", "durable");
const tasks = node("queue", "tasks", "durable", "x-max-length=10");

const path: Path = {
  from: node("client", "amqp-pub", "one message"),
  steps: [step(logs, "a.b"), step(tasks, "a.*", "kern.#"), step(node("client", "amqp-con"), "")],
};

const drawn = (drawing: string): readonly string[] => drawing.split("\n");

describe("a drawing", () => {
  it("stands in one row where there is room", () => {
    expect(drawn(draw([path], "unicode", 90))).toEqual([
      "                     ╭────────────────╮           ┌─────────────────┐",
      " amqp-pub ──── a.b ─▶│ logs           ├─ a.* ────▶│ tasks           ├──▶ amqp-con",
      " one message         │ topic exchange ├─ kern.# ─▶│ durable         │",
      "                     │ durable        │           │ x-max-length=10 │",
      "                     ╰────────────────╯           └─────────────────┘",
      "",
    ]);
  });

  it("lets several arrows leave from one that has no frame", () => {
    const { from } = path;
    expect(drawn(draw([{ from, steps: [step(logs, "a", "b", "c")] }], "unicode", 80))).toEqual([
      "                   ╭────────────────╮",
      " amqp-pub ──── a ─▶│ logs           │",
      " one message ─ b ─▶│ topic exchange │",
      "             ─ c ─▶│ durable        │",
      "                   ╰────────────────╯",
      "",
    ]);
  });

  it("stands in a column where there is not", () => {
    expect(drawn(draw([path], "unicode", 80))).toEqual([
      " amqp-pub",
      " one message",
      "  │ a.b",
      "  ▼",
      "╭────────────────╮",
      "│ logs           │",
      "│ topic exchange │",
      "│ durable        │",
      "╰─┬──────────────╯",
      "  │ a.*",
      "  │ kern.#",
      "  ▼",
      "┌─────────────────┐",
      "│ tasks           │",
      "│ durable         │",
      "│ x-max-length=10 │",
      "└─┬───────────────┘",
      "  │",
      "  ▼",
      " amqp-con",
      "",
    ]);
  });

  it("has plain characters only when asked for ASCII", () => {
    const short = { from: node("exchange", "é"), steps: [step(node("queue", "日本"), "a", "")] };
    expect(drawn(draw([short], "ascii", 80))).toEqual([
      ".--------.      +--------------+",
      String.raw`| \u00e9 +- a ->| \u65e5\u672c |`,
      "|        +----->|              |",
      "'--------'      +--------------+",
      "",
    ]);
    expect(draw([path], "ascii", 90) + draw([path], "ascii", 40)).toMatch(/^[ -~\n]+$/);
  });

  it("counts wide characters as two columns, and marks as none", () => {
    const wide = { from: node("queue", "日本"), steps: [] };
    const marked = { from: node("queue", "e\u0301e\u0301e\u0301e\u0301"), steps: [] };
    expect(drawn(draw([wide, marked], "unicode", 80))).toEqual([
      "┌──────┐",
      "│ 日本 │",
      "└──────┘",
      "",
      "┌──────┐",
      "│ e\u0301e\u0301e\u0301e\u0301 │",
      "└──────┘",
      "",
    ]);
  });

  it("folds what is wider than the screen, and loses nothing of it", () => {
    const name = "0123456789".repeat(5);
    const long = { from: node("queue", name), steps: [step(node("exchange", "e"), name)] };
    expect(drawn(draw([long], "unicode", 40))).toEqual([
      "┌──────────────────────────────────────┐",
      "│ 012345678901234567890123456789012345 │",
      "│ 67890123456789                       │",
      "└─┬────────────────────────────────────┘",
      "  │ 012345678901234567890123456789012345",
      "  │ 67890123456789",
      "  ▼",
      "╭───╮",
      "│ e │",
      "╰───╯",
      "",
    ]);
  });

  it("cannot be broken out of by names, notes or labels", () => {
    const evil = "a\u001b]0;title\u0007\n\u202eb";
    const shown = String.raw`a\x1b]0;title\x07\n\u202eb`;
    const drawing = draw(
      [{ from: node("queue", evil, evil), steps: [step(logs, evil)] }],
      "unicode",
      80,
    );
    expect(drawing.split(shown)).toHaveLength(4);
    expect(drawing).not.toMatch(/[^\P{C}\n]/u);
  });

  it("is nothing for nothing", () => {
    expect(draw([], "unicode", 80)).toBe("");
  });

  it("is never wider than it may be, whatever the names", () => {
    const text = fc.string({ unit: "binary", maxLength: 100 });
    const shape = fc.constantFrom("client", "exchange", "queue");
    const nodes = fc.tuple(shape, text, fc.array(text, { maxLength: 3 }));
    const steps = fc.array(fc.tuple(nodes, fc.array(text, { minLength: 1, maxLength: 3 })), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(nodes, steps, fc.constantFrom("unicode", "ascii"), (first, more, characters) => {
        const any: Path = {
          from: node(first[0], first[1], ...first[2]),
          steps: more.map(([[kind, title, notes], labels]) => ({
            labels,
            to: node(kind, title, ...notes),
          })),
        };
        const lines = drawn(draw([any], characters, 40));
        expect(lines.filter((line) => measureColumns(line) > 40)).toEqual([]);
      }),
    );
  });
});
