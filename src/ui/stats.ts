// What --stats shows while a run goes on: a line each time, or a chart that is drawn again in its place. Numbers only:
// nothing that a message contains gets here.
import type { MeasurePlan } from "../measure.ts";
import type { World } from "../world.ts";
import { formatDuration, formatPercentiles, formatRate } from "./figures.ts";
import type { Footer } from "./footer.ts";
import type { Meter } from "./meter.ts";
import { formatSize } from "./size.ts";
import { perSecond, Spans, type Span } from "./spans.ts";
import { words, type Words } from "./words.ts";

/** Statistics that come by themselves, until they end. */
export interface Stats {
  /** Shows the last state, and what the whole run has come to. */
  end(): void;
}

/** Shows one span of a run, again and again. */
interface Show {
  next(span: Span): void;
  end(): void;
}

/** Starts them. */
export async function startStats(
  plan: MeasurePlan,
  intervalMs: number,
  meter: Meter,
  world: World,
): Promise<Stats> {
  const footer = chartPlace(plan, world);
  const show = footer
    ? await drawing(plan, intervalMs, meter, footer, world)
    : writing(plan, meter, world);
  const [spans, whole] = [new Spans(meter), new Spans(meter)];
  const timer = setInterval(() => show.next(spans.next()), intervalMs);
  return {
    end: () => {
      clearInterval(timer);
      show.end();
      const all = whole.next();
      world.log.note(`Stats: in all ${describe(all, meter, words[plan.role])}`);
    },
  };
}

/** Where a chart may be drawn: on a terminal on which nothing appears but the log. */
function chartPlace({ writesOutput }: MeasurePlan, { log, output }: World): Footer | undefined {
  return writesOutput && output.isTerminal ? undefined : log.footer;
}

function writing({ role }: MeasurePlan, meter: Meter, { log }: World): Show {
  return {
    next: (span) => log.note(`Stats: ${describe(span, meter, words[role])}`),
    end: () => {},
  };
}

/** A program that was stopped (Ctrl-Z) comes back to another screen. */
const ASLEEP_MS = 5000;

async function drawing(
  { role }: MeasurePlan,
  intervalMs: number,
  meter: Meter,
  footer: Footer,
  { env }: World,
): Promise<Show> {
  const { capacity, drawRates } = await import("./chart.ts");
  const isUnicode = /utf-?8/i.test(env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "");
  let rates: number[] = [];
  const draw = (span: Span): void => {
    const { columns, rows } = footer;
    rates = [...rates, perSecond(span.messages, span)].slice(-capacity({ columns }));
    const below = tell(span, meter, words[role]);
    const frame = { columns: columns - 1, rows: rows - 2 - below.length, isUnicode };
    footer.show([...drawRates(rates, intervalMs, frame), ...below]);
  };
  return {
    next: (span) => {
      if (span.toMs - span.fromMs > intervalMs + ASLEEP_MS) footer.release();
      draw(span);
    },
    end: () => footer.release(),
  };
}

/** One line: `3 s, 312345 messages (104115/s), 29.8 MiB (9.9 MiB/s), in flight 1000, confirm latency p50 8.2 ms, …`. */
function describe(span: Span, meter: Meter, named: Words): string {
  return tell(span, meter, named).join(", ");
}

/** The same in two lines. */
function tell(span: Span, { messages, bytes }: Meter, named: Words): readonly string[] {
  const counts = [
    formatDuration(span.toMs),
    `${messages} messages (${formatRate(perSecond(span.messages, span))}/s)`,
    `${formatSize(bytes)} (${formatSize(Math.round(perSecond(span.bytes, span)))}/s)`,
    ...(span.open === undefined ? [] : [`${named.open} ${span.open}`]),
  ];
  const latency = `${named.latency} latency ${formatPercentiles(span.latency)}`;
  return [counts.join(", "), ...(span.latency.count > 0 ? [latency] : [])];
}
