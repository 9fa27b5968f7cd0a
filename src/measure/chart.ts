// The live chart of --stats on a terminal: rates over time with what one reads beside them. Pure; the only importer of
// asciichart (docs/adr/0024-measuring.md), and loaded only for a chart.
import { plot } from "asciichart";
import { formatAxis, formatDuration } from "../ui/figures.ts";
import { ticksUpTo } from "./plot.ts";

/** What a chart has to fit in. */
export interface Frame {
  readonly columns: number;
  readonly rows: number;
  /** Can it show more than ASCII? */
  readonly isUnicode: boolean;
}

const LABEL_COLUMNS = 6;
/** A smaller chart would show nothing: the lines below it say the same. */
const LEAST = { columns: 40, rows: 7 };
const MOST_ROWS = 14;

/** Corners and lines in asciichart's order: ┼ ┤ ╶ ╴ ─ ╰ ╭ ╮ ╯ │ */
const ascii = ["+", "|", "-", "-", "-", "`", ".", ".", "'", "|"];

/** How many rates there is room for. */
export function capacity({ columns }: Pick<Frame, "columns">): number {
  return Math.max(1, columns - LABEL_COLUMNS - 3);
}

/** Lines of the chart: the last `rates`, one each `intervalMs`, as many as there is room for. Empty where there is none. */
export function drawRates(
  rates: readonly number[],
  intervalMs: number,
  frame: Frame,
): readonly string[] {
  const shown = rates.slice(-capacity(frame));
  if (frame.columns < LEAST.columns || frame.rows < LEAST.rows || shown.length === 0) return [];
  const ticks = ticksUpTo(Math.max(...shown));
  const steps = ticks.length - 1;
  // Under the chart stands a title, and a chart of this many steps has one row more.
  const height = Math.floor((Math.min(frame.rows, MOST_ROWS) - 2) / steps) * steps;
  const lines = plot(shown, {
    min: 0,
    max: ticks.at(-1) ?? 1,
    height,
    offset: 2,
    format: (value) => label(value, ticks).padStart(LABEL_COLUMNS),
    ...(!frame.isUnicode && { symbols: ascii }),
  });
  const title = `messages per second, last ${formatDuration(shown.length * intervalMs)}`;
  const below = `${" ".repeat(LABEL_COLUMNS + 2)}${title}`.slice(0, frame.columns);
  return [...lines.split("\n"), below];
}

/** The tick at this height, if there is one: only round values are named. */
function label(value: number, ticks: readonly number[]): string {
  const nearest = ticks.find((tick) => Math.abs(tick - value) < (ticks[1] ?? 1) / 100);
  return nearest === undefined ? "" : formatAxis(nearest);
}
