// Figures for people: times, rates, percentiles; in few characters and plain ASCII. Sizes: size.ts.
import type { Histogram } from "../measure/histogram.ts";

/** The percentiles that are shown, by their names. */
export const percentiles = { p50: 0.5, p75: 0.75, p95: 0.95, p99: 0.99 } as const;

/** Microseconds as `0.312 ms`, `12.3 ms`, `1.25 s` or `26.3 h`. */
export function formatMicros(micros: number): string {
  if (micros < 999_500) return `${shorten(micros / 1000)} ms`;
  return micros < 3_600_000_000
    ? `${shorten(micros / 1e6)} s`
    : `${shorten(micros / 3_600_000_000)} h`;
}

/** `p50 0.312 ms`, `p75 …` to `max 12.3 ms`. */
export function listPercentiles(latency: Histogram): readonly string[] {
  const parts = Object.entries(percentiles).map(
    ([name, share]) => `${name} ${formatMicros(latency.percentile(share))}`,
  );
  return [...parts, `max ${formatMicros(latency.max)}`];
}

/** A number in at most four characters for the axis of a chart: `950`, `1.5k`, `102k`, `3.4M`. */
export function formatAxis(value: number): string {
  const units = ["", "k", "M", "G", "T"];
  const unit = units.findIndex((_, i) => value < 999.5 * 1000 ** i);
  const scaled = value / 1000 ** Math.max(0, unit);
  // Without the zero of 5.0k: this is an axis, not a measurement.
  return `${scaled < 9.95 ? Math.round(scaled * 10) / 10 : Math.round(scaled)}${units[unit] ?? ""}`;
}

/** Milliseconds as `0.4 s`, `12 s`, `3 min 20 s` or `2 h 5 min`. */
export function formatDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} s`;
  if (whole < 7200) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** A number per second: whole, but for small ones. */
export function formatRate(rate: number): string {
  return rate < 10 ? rate.toFixed(1) : `${Math.round(rate)}`;
}

/** Three digits, or as many as the whole part has. */
function shorten(value: number): string {
  const rounded = Number(value.toPrecision(3));
  const whole = rounded < 1 ? 0 : Math.floor(rounded).toString().length;
  return value === 0 ? "0" : value.toFixed(Math.max(0, 3 - whole));
}
