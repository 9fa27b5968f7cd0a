// Plots as SVG, for the report: what happened over time, and how often which latency occurred. Pure; colours and fonts come
// from the page.
import { formatAxis, formatDuration, formatMicros, percentiles } from "../ui/figures.ts";
import type { Bin, Histogram } from "./histogram.ts";
import { markup, type Markup } from "./markup.ts";

const WIDTH = 760;
const HEIGHT = 200;
const MARGIN = { left: 62, right: 14, top: 12, bottom: 26 };
const RIGHT = WIDTH - MARGIN.right;
const BOTTOM = HEIGHT - MARGIN.bottom;
const MOST_BARS = 60;
/** What is less counts as nothing. */
const LEAST = 1e-6;

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
  const times = timeTicks(lastMs).map((ms) => verticalTick(x(ms), shorten(formatDuration(ms))));
  const lines = curves.map(
    ({ name, steps: part }) => markup`<path class="curve ${name}" d="${trace(part, x, y)}"/>`,
  );
  return frame(label, [
    up.map((value) => horizontalTick(y(value), shorten(format(value)))),
    times,
    lines,
  ]);
}

/** How often each latency occurred, on a logarithmic axis, with the percentiles. */
export function plotLatencies(label: string, latency: Histogram): Markup {
  const bins = chooseBins(latency);
  const [first, last] = [bins[0], bins.at(-1)];
  const [low, high] = [Math.max(1, first?.from ?? 1), (last?.to ?? 1) + 1];
  const up = ticksUpTo(Math.max(0, ...bins.map(({ count }) => count)));
  const log = scale(Math.log10(low), Math.log10(high), MARGIN.left, RIGHT);
  const x = (micros: number): number => log(Math.log10(Math.min(Math.max(micros, low), high)));
  const y = scale(0, up.at(-1) ?? 1, BOTTOM, MARGIN.top);
  const marks = Object.entries(percentiles).map(([name, share]) => {
    const at = x(latency.percentile(share));
    return markup`<line class="mark" x1="${at}" x2="${at}" y1="${MARGIN.top}" y2="${BOTTOM}"><title>${name}</title></line>`;
  });
  return frame(label, [
    up.map((value) => horizontalTick(y(value), formatAxis(value))),
    ticksBetween(low, high).map((at) => verticalTick(x(at), shorten(formatMicros(at)))),
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
  return markup`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">
${parts.flat()}
</svg>`;
}

function horizontalTick(y: number, text: string): Markup {
  return markup`<line class="grid" x1="${MARGIN.left}" x2="${RIGHT}" y1="${y}" y2="${y}"/><text x="${MARGIN.left - 6}" y="${y + 4}" text-anchor="end">${text}</text>`;
}

function verticalTick(x: number, text: string): Markup {
  return markup`<line class="grid" x1="${x}" x2="${x}" y1="${BOTTOM}" y2="${BOTTOM + 4}"/><text x="${x}" y="${BOTTOM + 17}" text-anchor="middle">${text}</text>`;
}

function bar({ from, to, count }: Bin, x: Scale, y: Scale): Markup {
  const [left, top] = [x(from), y(count)];
  const text = `${formatMicros(from)} to ${formatMicros(to + 1)}: ${count}`;
  const width = Math.max(1, Math.round((x(to + 1) - left - 1) * 10) / 10);
  const height = Math.round((BOTTOM - top) * 10) / 10;
  return markup`<rect class="bar" x="${left}" y="${top}" width="${width}" height="${height}"><title>${text}</title></rect>`;
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

/** Three to five round values from 0 to at least `max`. */
export function ticksUpTo(max: number): readonly number[] {
  const most = max > LEAST ? max : 1;
  const step = roundStep(most / 4);
  return multiples(step, 0, Math.ceil(most / step));
}

/** 1, 2 or 5 times a power of ten, not below `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((factor) => factor * power >= least) ?? 10) * power;
}

function multiples(step: number, first: number, last: number): readonly number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

const TIME_STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];

/** At most nine round times, in milliseconds, from the start on. */
export function timeTicks(lastMs: number): readonly number[] {
  const longest = 7200_000 * Math.ceil(lastMs / 7200_000 / 8);
  const step = TIME_STEPS.map((seconds) => seconds * 1000).find((ms) => lastMs / ms <= 8);
  const stepMs = step ?? longest;
  return multiples(stepMs, 0, Math.floor(lastMs / stepMs));
}

/** Round values within a range on a logarithmic axis. */
export function ticksBetween(low: number, high: number): readonly number[] {
  const first = Math.ceil(Math.log10(low));
  const powers = Array.from({ length: 20 }, (_, i) => 10 ** (first - 1 + i));
  const within = (value: number): boolean => value >= low && value <= high;
  if (powers.filter(within).length > 2) return powers.filter(within);
  const finer = powers.flatMap((power) => [power, 2 * power, 5 * power]).filter(within);
  if (finer.length > 2) return finer;
  const step = roundStep((high - low) / 4);
  return multiples(step, Math.ceil(low / step), Math.floor(high / step));
}

/** Bars that are fine enough to show a shape, and few enough to be seen. */
function chooseBins(latency: Histogram): readonly Bin[] {
  const candidates = [64, 32, 16, 8, 4, 2].map((perDoubling) => latency.bins(perDoubling));
  return candidates.find((bins) => bins.length <= MOST_BARS) ?? latency.bins(1);
}

/** `10 ms` for `10.0 ms`: nobody measures an axis. */
function shorten(text: string): string {
  return text.replace(/\.0* |(\.\d*?)0+ /, "$1 ");
}
