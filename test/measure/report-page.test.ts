// The page of a report as text: what it tells, and what it cannot be made to hold. What a browser makes of it: e2e.
import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Histogram } from "../../src/measure/histogram.ts";
import { renderReport, type RunReport } from "../../src/measure/report-page.ts";
import { words } from "../../src/measure/words.ts";

const latency = new Histogram();
for (let micros = 1000; micros <= 2000; micros++) latency.record(micros);

const episode = {
  fromMs: 0,
  toMs: 1000,
  messages: 400,
  bytes: 4000,
  open: 7,
  latencies: 400,
  meanLatency: 1500,
  maxLatency: 2000,
};

const run: RunReport = {
  program: "amqp-pub",
  version: "1.2.3",
  startedAt: new Date("2026-01-02T03:04:05.678Z"),
  durationMs: 2000,
  ending: "everything asked for was done",
  exitCode: 0,
  messages: 1001,
  bytes: 2048,
  words: words.publisher,
  latency,
  early: 0,
  episodes: [episode, { ...episode, fromMs: 1000, toMs: 2000, messages: 601 }],
  account: { read: 1001, confirmed: 1000, deadLettered: 1 },
  settings: [{ name: "--queue", value: "tasks", origin: "flag" }],
};

/** Elements as text, for comparing what is shown. */
function textOf(page: string): string {
  const [, body = ""] = page.split("<body>");
  return body.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
}

/** The names of its tags, in order. */
function shape(page: string): readonly (string | undefined)[] {
  const tags = [...page.matchAll(/<\/?[a-z]+(?: [a-z-]+="[^"]*")*\/?>/g)];
  return tags.map(([tag]) => tag.split(" ")[0]);
}

describe("the page", () => {
  it("tells what the run was, how it ended, and what it has come to", () => {
    const text = textOf(renderReport(run));
    for (const part of [
      "amqp-pub 2026-01-02T03:04:05.678Z, 2.0 s, version 1.2.3",
      "Ended: everything asked for was done (exit code 0)",
      "messages 1001",
      "messages per second 501",
      "bodies 2.0 KiB",
      "confirm p50 1.50 ms",
      "confirm max 2.00 ms",
      "what messages read 1001 confirmed 1000 dead lettered 1",
      "setting value from --queue tasks flag",
    ])
      expect(text).toContain(part);
  });

  it("shows rates, what is in flight, and latencies as plots", () => {
    const labels = [...renderReport(run).matchAll(/<svg [^>]*aria-label="([^"]*)"/g)];
    expect(labels.map(([, label]) => label)).toEqual([
      "messages per second",
      "in flight",
      "confirm latency over time",
      "distribution of confirm latency",
    ]);
  });

  it("leaves out what nobody has measured", () => {
    const unmeasured = { ...episode, open: undefined, latencies: 0, meanLatency: 0, maxLatency: 0 };
    const page = renderReport({ ...run, latency: new Histogram(), episodes: [unmeasured] });
    expect(page.match(/<svg /g)).toHaveLength(1);
    expect(textOf(page)).not.toContain("latency");
  });

  it("says so when clocks differ", () => {
    expect(textOf(renderReport({ ...run, early: 3 }))).toContain(
      "3 came before they were sent: the clocks of the two machines differ.",
    );
  });

  it("of a run that did nothing is a page all the same", () => {
    const nothing = {
      durationMs: 0,
      messages: 0,
      bytes: 0,
      episodes: [],
      account: {},
      settings: [],
    };
    const page = renderReport({ ...run, ...nothing, latency: new Histogram() });
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
    expect(textOf(page)).toContain("messages 0");
  });
});

describe("what the page may do", () => {
  it("is nothing but show its own style: the policy names its hash and forbids the rest", () => {
    const page = renderReport(run);
    const [, style = ""] = /<style>([^]*)<\/style>/.exec(page) ?? [];
    const hash = createHash("sha256").update(style).digest("base64");
    const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
    expect(page).toContain(`content="${policy.replaceAll("'", "&#39;")}"`);
  });

  it("does not depend on what it shows: no element or attribute comes from a text", () => {
    const plain = renderReport({ ...run, settings: [{ name: "a", value: "b", origin: "c" }] });
    const texts = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</td>",
        "<!--",
      ),
    );
    fc.assert(
      fc.property(texts, texts, (value, ending) => {
        const settings = [{ name: value, value, origin: value }];
        const page = renderReport({ ...run, settings, ending });
        expect(shape(page)).toEqual(shape(plain));
        expect(page.match(/</g)).toHaveLength(plain.match(/</g)?.length ?? 0);
      }),
      { numRuns: 30 },
    );
  });

  it("is not to load anything: it names no address", () => {
    expect(renderReport(run)).not.toMatch(/https?:|src=|href=|url\(|@import|<script|<link|<img/);
  });
});
