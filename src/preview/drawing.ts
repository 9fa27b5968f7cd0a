// Draws boxes and the arrows between them, beside each other where there is room, else below each other. It knows nothing
// of AMQP but the three shapes. Every text is escaped here.
import { foldColumns, joinColumns, measureColumns, padColumns } from "../ui/columns.ts";
import { escapeLine } from "../ui/escape.ts";
import type { Node, Path } from "./graph.ts";

interface Border {
  readonly top: readonly [string, string];
  readonly bottom: readonly [string, string];
}

interface Strokes {
  readonly exchange: Border;
  readonly queue: Border;
  readonly across: string;
  readonly down: string;
  /** Where an arrow leaves a box: on its right side, at its bottom. */
  readonly right: string;
  readonly below: string;
  readonly arrow: string;
  readonly arrowDown: string;
  escape(this: void, text: string): string;
}

const unicode: Strokes = {
  exchange: { top: ["╭", "╮"], bottom: ["╰", "╯"] },
  queue: { top: ["┌", "┐"], bottom: ["└", "┘"] },
  across: "─",
  down: "│",
  right: "├",
  below: "┬",
  arrow: "▶",
  arrowDown: "▼",
  escape: escapeLine,
};

const ascii: Strokes = {
  exchange: { top: [".", "."], bottom: ["'", "'"] },
  queue: { top: ["+", "+"], bottom: ["+", "+"] },
  across: "-",
  down: "|",
  right: "+",
  below: "+",
  arrow: ">",
  arrowDown: "v",
  escape: escapeAscii,
};

export type Characters = "unicode" | "ascii";

/** How wide a line of notes may become, where its phrases allow that. */
const NOTE_COLUMNS = 18;
/** What a box has around its text. */
const FRAME_COLUMNS = 4;

/** The paths, an empty line between two of them; no line is wider than `width`, at least 20. Ends with a newline. */
export function draw(paths: readonly Path[], characters: Characters, width: number): string {
  const strokes = characters === "unicode" ? unicode : ascii;
  const drawings = paths.map((path) => {
    const beside = drawBeside(path, strokes);
    const fits = beside.every((line) => measureColumns(line) <= width);
    return (fits ? beside : drawBelow(path, strokes, width)).map((line) => line.trimEnd());
  });
  return drawings.map((lines) => `${lines.join("\n").trimEnd()}\n`).join("\n");
}

/** Visible text as plain ASCII: what is not, as `\u00e9`. */
export function escapeAscii(text: string): string {
  return escapeLine(text).replace(/[^ -~]/gu, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
  });
}

/** All in one row. Arrows leave at the title, several below each other. */
function drawBeside({ from, steps }: Path, strokes: Strokes): readonly string[] {
  const blocks = [from, ...steps.map(({ to }) => to)].flatMap((node, i) => {
    const [before, after] = [steps[i - 1], steps[i]];
    const exits = after?.labels.length ?? 0;
    const rows = Math.max(exits, before?.labels.length ?? 0);
    const box = drawBox(node, strokes, textOf(node, strokes, Infinity), { rows, exits });
    return after ? [box, drawArrows(after.labels, strokes)] : [box];
  });
  const widths = blocks.map((block) => Math.max(...block.map(measureColumns)));
  const height = Math.max(...blocks.map((block) => block.length));
  return Array.from({ length: height }, (_, row) =>
    blocks.map((block, i) => padColumns(block[row] ?? "", widths[i] ?? 0)).join(""),
  );
}

function drawArrows(labels: readonly string[], strokes: Strokes): readonly string[] {
  const { across, arrow, escape } = strokes;
  const shown = labels.map((label) => (label === "" ? "" : ` ${escape(label)} `));
  const longest = Math.max(...shown.map(measureColumns));
  const lines = shown.map((label) => {
    const rest = across.repeat(longest - measureColumns(label) + 1);
    return `${across}${label}${rest}${arrow}`;
  });
  return ["", ...lines];
}

/** A box around lines, at least this many rows; from its first `exits` rows arrows leave to the right. No client has a frame. */
function drawBox(
  { shape }: Node,
  strokes: Strokes,
  texts: readonly string[],
  { rows, exits }: { readonly rows: number; readonly exits: number },
): readonly string[] {
  const lines = Array.from({ length: Math.max(rows, texts.length) }, (_, i) => texts[i] ?? "");
  const width = Math.max(...lines.map(measureColumns));
  const { across, down, right } = strokes;
  if (shape === "client") {
    const [title = "", ...notes] = lines;
    const stem = across.repeat(exits > 0 ? width - measureColumns(title) : 0);
    return ["", ` ${title} ${stem}`, ...notes.map((note) => ` ${note} `), ""];
  }
  const { top, bottom } = strokes[shape];
  const edge = across.repeat(width + 2);
  return [
    `${top[0]}${edge}${top[1]}`,
    ...lines.map((line, i) => `${down} ${padColumns(line, width)} ${i < exits ? right : down}`),
    `${bottom[0]}${edge}${bottom[1]}`,
  ];
}

/** One below the other; what is too wide is folded. */
function drawBelow({ from, steps }: Path, strokes: Strokes, width: number): readonly string[] {
  const { down, below, arrowDown, escape } = strokes;
  const box = (node: Node, isLast: boolean): readonly string[] => {
    const lines = drawBox(node, strokes, textOf(node, strokes, width - FRAME_COLUMNS), {
      rows: 0,
      exits: 0,
    });
    if (node.shape === "client") return lines.slice(1, -1);
    const bottom = lines.at(-1) ?? "";
    return isLast ? lines : [...lines.slice(0, -1), replaceAt(bottom, 2, below)];
  };
  const onward = steps.flatMap(({ labels, to }, i) => [
    ...labels
      .flatMap((label) => foldColumns(escape(label), width - FRAME_COLUMNS))
      .map((label) => `  ${down} ${label}`),
    `  ${arrowDown}`,
    ...box(to, i === steps.length - 1),
  ]);
  return [...box(from, steps.length === 0), ...onward];
}

function replaceAt(line: string, index: number, character: string): string {
  return line.slice(0, index) + character + line.slice(index + 1);
}

/** Title and notes as lines. */
function textOf({ title, notes }: Node, { escape }: Strokes, width: number): readonly string[] {
  return [escape(title), ...joinColumns(notes.map(escape), NOTE_COLUMNS)].flatMap((line) =>
    foldColumns(line, width),
  );
}
