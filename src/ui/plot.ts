// Plots as SVG, for the report: what happened over time, and how often which latency occurred. Pure; colours and fonts come
// from the page.
import { formatAxis, formatDuration, formatMicros, percentiles } from "./figures.ts";
import type { Bin, Histogram } from "./histogram.ts";
import { html, type Markup } from "./markup.ts";

const WIDTH = 760;
const HEIGHT = 200;
const MARGIN = { left: 62, right: 14, top: 12, bottom: 26 };
const RIGHT = WIDTH - MARGIN.right;
const BOTTOM = HEIGHT - MARGIN.bottom;

/** One line of a plot; its name is its class, too. */
export interface Curve {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** A value that holds for a while; undefined leaves a gap. */
export interface Step {
  readonly fromMs: number;
  readonly toMs: number;
  readonly value: number | undefined;
}

/** A plot over time. `format` writes values of the vertical axis. */
export function plotOverTime(
  label: string,
  curves: readonly Curve[],
  format: (value: number) => string = formatAxis,
): Markup {
  const steps = curves.flatMap((curve) => curve.steps);
  const lastMs = Math.max(1, ...steps.map(({ toMs }) => toMs));
  const up = ticksUpTo(Math.max(0, ...steps.map(({ value }) => value ?? 0)));
  const x = scale(0, lastMs, MARGIN.left, RIGHT);
  const y = scale(0, up.at(-1) ?? 1, BOTTOM, MARGIN.top);
  const times = timeTicks(lastMs).map((ms) => verticalTick(x(ms), formatDuration(ms)));
  const lines = curves.map(
    ({ name, steps: part }) => html`<path class="curve ${name}" d="${trace(part, x, y)}" />`,
  );
  return frame(label, [up.map((value) => horizontalTick(y(value), format(value))), times, lines]);
}

/** How often each latency occurred, on a logarithmic axis, with the percentiles. */
export function plotLatencies(label: string, latency: Histogram): Markup {
  const bins = latency.bins(4);
  const [first, last] = [bins[0], bins.at(-1)];
  const [low, high] = [Math.max(1, first?.from ?? 1), (last?.to ?? 1) + 1];
  const up = ticksUpTo(Math.max(0, ...bins.map(({ count }) => count)));
  const log = scale(Math.log10(low), Math.log10(high), MARGIN.left, RIGHT);
  const x = (micros: number): number => log(Math.log10(Math.min(Math.max(micros, low), high)));
  const y = scale(0, up.at(-1) ?? 1, BOTTOM, MARGIN.top);
  const marks = Object.entries(percentiles).map(([name, share]) => {
    const at = x(latency.percentile(share));
    return html`<line class="mark" x1="${at}" x2="${at}" y1="${MARGIN.top}" y2="${BOTTOM}"
      ><title>${name}</title></line
    >`;
  });
  return frame(label, [
    up.map((value) => horizontalTick(y(value), formatAxis(value))),
    powerTicks(low, high).map((micros) => verticalTick(x(micros), formatMicros(micros))),
    bins.map((bin) => bar(bin, x, y)),
    marks,
  ]);
}

type Scale = (value: number) => number;

/** Maps a range to pixels, in tenths. */
function scale(low: number, high: number, from: number, to: number): Scale {
  const span = high - low || 1;
  return (value) => Math.round((from + ((value - low) / span) * (to - from)) * 10) / 10;
}

function frame(label: string, parts: readonly (readonly Markup[])[]): Markup {
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">
    ${parts.flat()}
  </svg>`;
}

function horizontalTick(y: number, text: string): Markup {
  return html`<line class="grid" x1="${MARGIN.left}" x2="${RIGHT}" y1="${y}" y2="${y}" /><text
      x="${MARGIN.left - 6}"
      y="${y + 4}"
      text-anchor="end"
      >${text}</text
    >`;
}

function verticalTick(x: number, text: string): Markup {
  return html`<line class="grid" x1="${x}" x2="${x}" y1="${BOTTOM}" y2="${BOTTOM + 4}" /><text
      x="${x}"
      y="${BOTTOM + 17}"
      text-anchor="middle"
      >${text}</text
    >`;
}

function bar({ from, to, count }: Bin, x: Scale, y: Scale): Markup {
  const [left, top] = [x(from), y(count)];
  const text = `${formatMicros(from)} to ${formatMicros(to + 1)}: ${count}`;
  const width = Math.max(1, Math.round((x(to + 1) - left - 1) * 10) / 10);
  const height = Math.round((BOTTOM - top) * 10) / 10;
  return html`<rect class="bar" x="${left}" y="${top}" width="${width}" height="${height}"
    ><title>${text}</title></rect
  >`;
}

/** The path of a curve: level within each step. */
function trace(steps: readonly Step[], x: Scale, y: Scale): string {
  let path = "";
  let isOpen = false;
  for (const { fromMs, toMs, value } of steps) {
    if (value !== undefined)
      path += isOpen ? `V${y(value)}H${x(toMs)}` : `M${x(fromMs)} ${y(value)}H${x(toMs)}`;
    isOpen = value !== undefined;
  }
  return path;
}

/** Three to seven round values from 0 to at least `max`. */
export function ticksUpTo(max: number): readonly number[] {
  const rough = (max || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  const count = Math.ceil((max || 1) / step);
  return Array.from({ length: count + 1 }, (_, i) => i * step);
}

const TIME_STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];

/** At most nine round times, in milliseconds, from the start on. */
export function timeTicks(lastMs: number): readonly number[] {
  const longest = 7200_000 * Math.ceil(lastMs / 7200_000 / 8);
  const step = TIME_STEPS.map((seconds) => seconds * 1000).find((ms) => lastMs / ms <= 8);
  const stepMs = step ?? longest;
  return Array.from({ length: Math.floor(lastMs / stepMs) + 1 }, (_, i) => i * stepMs);
}

/** Powers of ten within the range; its ends where there are none. */
function powerTicks(low: number, high: number): readonly number[] {
  const first = Math.ceil(Math.log10(low));
  const count = Math.floor(Math.log10(high)) - first + 1;
  if (count < 2) return [low, high];
  return Array.from({ length: count }, (_, i) => 10 ** (first + i));
}
