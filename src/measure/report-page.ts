// The page of --report: one file that needs no network, no script and no other file, and that shows nothing but texts and
// plots whatever the texts are. Pure. Where it is written: report-file.ts.
import { createHash } from "node:crypto";
import type { Setting } from "../measure.ts";
import { formatDuration, formatMicros, formatRate, percentiles } from "../ui/figures.ts";
import type { Histogram } from "./histogram.ts";
import { markup, Markup } from "./markup.ts";
import { plotLatencies, plotOverTime } from "./plot.ts";
import { formatSize } from "../ui/size.ts";
import { coarsen, perSecond, type Episode } from "./spans.ts";
import type { Words } from "./words.ts";

/** What a run has come to. */
export interface RunReport {
  readonly program: string;
  readonly version: string;
  readonly startedAt: Date;
  readonly durationMs: number;
  /** How it has ended, in words. */
  readonly ending: string;
  readonly exitCode: number;
  readonly messages: number;
  readonly bytes: number;
  readonly words: Words;
  readonly latency: Histogram;
  /** Messages that came before they were sent, by the clocks. */
  readonly early: number;
  readonly episodes: readonly Episode[];
  readonly account: Readonly<Record<string, number>>;
  readonly settings: readonly Setting[];
}

/** More curves or steps than that are not seen. */
const STEPS = 250;
/** Shorter steps make a slow run look like a comb. */
const STEP_MS = 1000;

const style = `
:root{color-scheme:light dark;--ink:#1d2733;--dim:#66717e;--line:#d5dbe1;--back:#fff;--a:#1769aa;--b:#c2571a}
@media(prefers-color-scheme:dark){:root{--ink:#dde4ec;--dim:#93a0ae;--line:#38424d;--back:#12181f;--a:#5cb0f2;--b:#f0975a}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--back);max-width:52rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.05rem;margin:2rem 0 .3rem}
p{margin:.2rem 0;color:var(--dim)}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:.6rem;margin:1.2rem 0 0}
dl div{border:1px solid var(--line);border-radius:.4rem;padding:.4rem .7rem}
dt{color:var(--dim);font-size:.8rem}dd{margin:0;font-size:1.15rem;font-variant-numeric:tabular-nums}
table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:.2rem .8rem .2rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600}td{font-variant-numeric:tabular-nums}td:nth-child(2){overflow-wrap:anywhere}
svg{width:100%;height:auto;display:block}
svg text{fill:var(--dim);font-size:11px}
.grid{stroke:var(--line);stroke-width:1}
.curve{fill:none;stroke:var(--a);stroke-width:1.5}
.max{stroke:var(--b)}
.bar{fill:var(--a)}
.mark{stroke:var(--b);stroke-width:1.5;stroke-dasharray:4 3}
.key{color:var(--a)}.key.max{color:var(--b)}
`;

const styleHash = createHash("sha256").update(style).digest("base64");
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;

/** The page as text. */
export function renderReport(run: RunReport): string {
  const title = `${run.program} on ${run.startedAt.toISOString()}`;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<h1>${run.program}</h1>
<p>${run.startedAt.toISOString()}, ${formatDuration(run.durationMs)}, version ${run.version}</p>
<p>Ended: ${run.ending} (exit code ${run.exitCode})</p>
${tiles(run)}
${plots(run)}
${table("Counters", ["what", "messages"], Object.entries(run.account).map(inWords))}
${table("Settings", ["setting", "value", "from"], run.settings.map(toRow))}
</body>
</html>
`;
  return page.text;
}

/** `deadLettered` → `dead lettered`. */
function inWords([name, count]: readonly [string, number]): readonly (string | number)[] {
  return [name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`), count];
}

function toRow({ name, value, origin }: Setting): readonly string[] {
  return [name, value, origin];
}

function tiles(run: RunReport): Markup {
  const span = { fromMs: 0, toMs: run.durationMs };
  const entries: readonly (readonly [string, string])[] = [
    ["messages", `${run.messages}`],
    ["messages per second", formatRate(perSecond(run.messages, span))],
    ["bodies", formatSize(run.bytes)],
    ["per second", formatSize(Math.round(perSecond(run.bytes, span)))],
    ...latencyTiles(run),
  ];
  return markup`<dl>
${entries.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
</dl>`;
}

function latencyTiles({ latency, words }: RunReport): readonly (readonly [string, string])[] {
  if (latency.count === 0) return [];
  const shares = Object.entries(percentiles).map(
    ([name, share]) =>
      [`${words.latency} ${name}`, formatMicros(latency.percentile(share))] as const,
  );
  return [...shares, [`${words.latency} max`, formatMicros(latency.max)]];
}

function plots(run: RunReport): readonly Markup[] {
  const shortest = run.durationMs > 20 * STEP_MS ? STEP_MS : 0;
  const episodes = coarsen(run.episodes, Math.max(shortest, run.durationMs / STEPS));
  const curve = (name: string, value: (episode: Episode) => number | undefined) => ({
    name,
    steps: episodes.map((episode) => ({ ...episode, value: value(episode) })),
  });
  const rate = curve("rate", (episode) => perSecond(episode.messages, episode));
  const open = curve("open", (episode) => episode.open);
  const parts = [section("Messages per second", plotOverTime("messages per second", [rate]))];
  if (open.steps.some(({ value }) => value !== undefined))
    parts.push(section(`Messages ${run.words.open}`, plotOverTime(run.words.open, [open])));
  if (run.latency.count === 0) return parts;
  const mean = curve("mean", (e) => (e.latencies > 0 ? e.meanLatency : undefined));
  const max = curve("max", (e) => (e.latencies > 0 ? e.maxLatency : undefined));
  const name = `${run.words.latency} latency`;
  return [
    ...parts,
    section(
      markup`Latency over time: <span class="key">mean</span>, <span class="key max">max</span>`,
      plotOverTime(`${name} over time`, [mean, max], formatMicros),
    ),
    section(`Distribution of ${name}`, plotLatencies(`distribution of ${name}`, run.latency)),
    markup`<p>Of ${run.latency.count} messages. Dashed: ${Object.keys(percentiles).join(", ")}.${clockNote(run)}</p>`,
  ];
}

function clockNote({ early }: RunReport): string {
  return early === 0
    ? ""
    : ` ${early} came before they were sent: the clocks of the two machines differ.`;
}

function section(title: string | Markup, content: Markup): Markup {
  return markup`<section><h2>${title}</h2>
${content}
</section>`;
}

function table(
  title: string,
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): Markup {
  if (rows.length === 0) return markup``;
  return markup`<section><h2>${title}</h2>
<table>
<thead><tr>${head.map((cell) => markup`<th>${cell}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => markup`<tr>${row.map((cell) => markup`<td>${cell}</td>`)}</tr>`)}
</tbody>
</table>
</section>`;
}
