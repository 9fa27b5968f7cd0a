// What --stats shows while a run goes on: a line each time, or a chart that is drawn again in its place. Numbers only:
// no content of a message gets here.
import { toTimer } from "../time/deadline.ts";
import type { MeasurePlan } from "../measure.ts";
import type { World } from "../world.ts";
import { joinColumns } from "../ui/columns.ts";
import { formatDuration, formatRate, listPercentiles } from "../ui/figures.ts";
import { drawEach, type Footer } from "../ui/footer.ts";
import { speaksUtf8 } from "../ui/locale.ts";
import type { Meter } from "./meter.ts";
import { formatSize } from "../ui/size.ts";
import { perSecond, Spans, type Span } from "./spans.ts";
import { words, type Words } from "./words.ts";

/** Statistics that come by themselves, until they end. */
export interface Stats {
  /** The lines at the bottom of the terminal are in use. */
  readonly draws: boolean;
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
  const stop = drawEach(toTimer(intervalMs), () => show.next(spans.next()));
  return {
    draws: footer !== undefined,
    end: () => {
      stop();
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

async function drawing(
  { role }: MeasurePlan,
  intervalMs: number,
  meter: Meter,
  footer: Footer,
  { env }: World,
): Promise<Show> {
  const { capacity, drawRates } = await import("./chart.ts");
  const isUnicode = speaksUtf8(env);
  let rates: number[] = [];
  const draw = (span: Span): void => {
    const [columns, rows] = [footer.columns - 1, footer.rows - 1];
    rates = [...rates, perSecond(span.messages, span)].slice(-capacity({ columns }));
    const below = [
      ...joinColumns(tellCounts(span, meter, words[role]), columns),
      ...joinColumns(tellLatency(span, words[role]), columns),
    ];
    const frame = { columns, rows: rows - below.length, isUnicode };
    footer.show([...drawRates(rates, intervalMs, frame), ...below]);
  };
  return {
    next: draw,
    end: () => footer.release(),
  };
}

/** One line: `3 s, 312345 messages (104115/s), 29.8 MiB (9.9 MiB/s), in flight 1000, confirm latency p50 8.2 ms, …`. */
function describe(span: Span, meter: Meter, named: Words): string {
  return [...tellCounts(span, meter, named), ...tellLatency(span, named)].join(", ");
}

function tellCounts(span: Span, { messages, bytes }: Meter, named: Words): readonly string[] {
  return [
    formatDuration(span.toMs),
    `${messages} messages (${formatRate(perSecond(span.messages, span))}/s)`,
    `${formatSize(bytes)} (${formatSize(Math.round(perSecond(span.bytes, span)))}/s)`,
    ...(span.open === undefined ? [] : [`${named.open} ${span.open}`]),
  ];
}

function tellLatency({ latency }: Span, named: Words): readonly string[] {
  const [first, ...others] = latency.count > 0 ? listPercentiles(latency) : [];
  return first === undefined ? [] : [`${named.latency} latency ${first}`, ...others];
}
