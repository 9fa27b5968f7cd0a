// What is told of a run between two looks, and what is kept of all of it.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Histogram } from "../../src/measure/histogram.ts";
import { Meter } from "../../src/measure/meter.ts";
import { History, perSecond, Spans, type Span } from "../../src/measure/spans.ts";

function span(
  fromMs: number,
  toMs: number,
  messages: number,
  latencies: readonly number[] = [],
): Span {
  const latency = new Histogram();
  for (const micros of latencies) latency.record(micros);
  return { fromMs, toMs, messages, bytes: messages * 10, open: messages, latency };
}

describe("spans", () => {
  it("tell what happened since the last look, to each reader apart", () => {
    const clocks = { atMs: 500 };
    const meter = new Meter({ steady: () => clocks.atMs, wall: () => 0 });
    const [often, once] = [new Spans(meter), new Spans(meter)];
    meter.watch({ open: () => 7, account: () => ({}) });
    meter.completed(10, 499);
    clocks.atMs = 1500;
    expect(often.next()).toMatchObject({ fromMs: 0, toMs: 1000, messages: 1, bytes: 10, open: 7 });
    meter.completed(20, 1498);
    clocks.atMs = 2500;
    const second = often.next();
    expect(second).toMatchObject({ fromMs: 1000, toMs: 2000, messages: 1, bytes: 20 });
    expect(second.latency.percentile(0.5)).toBe(2000);
    expect(once.next()).toMatchObject({ fromMs: 0, toMs: 2000, messages: 2, bytes: 30 });
  });

  it("know nothing of what is open before there is something to look at", () => {
    const meter = new Meter({ steady: () => 0, wall: () => 0 });
    expect(new Spans(meter).next().open).toBeUndefined();
  });
});

describe("a rate", () => {
  it("is per second, whatever the length of the span", () => {
    expect(perSecond(50, { fromMs: 1000, toMs: 1500 })).toBe(100);
  });

  it("is 0 in no time at all", () => {
    expect(perSecond(50, { fromMs: 1000, toMs: 1000 })).toBe(0);
  });
});

describe("a history", () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 400 });

  it("is bounded, has no gaps, and loses no message", () => {
    fc.assert(
      fc.property(lengths, (list) => {
        const history = new History(100, 20);
        let atMs = 0;
        for (const length of list) history.add(span(atMs, (atMs += length), length));
        const { episodes } = history;
        expect(episodes.length).toBeLessThanOrEqual(20);
        expect(episodes.reduce((sum, { messages }) => sum + messages, 0)).toBe(atMs);
        const [starts, ends] = [episodes.map((e) => e.fromMs), episodes.map((e) => e.toMs)];
        expect(starts).toEqual([0, ...ends].slice(0, starts.length));
        expect(ends.at(-1) ?? 0).toBe(atMs);
      }),
    );
  });

  it("keeps the most that was open, the mean and the largest latency of episodes that became one", () => {
    const history = new History(100, 2);
    history.add(span(0, 100, 9, [10, 20]));
    history.add(span(100, 200, 4, [60]));
    expect(history.episodes).toEqual([
      {
        fromMs: 0,
        toMs: 200,
        messages: 13,
        bytes: 130,
        open: 9,
        latencies: 3,
        meanLatency: 30,
        maxLatency: 60,
      },
    ]);
  });

  it("shows what is not complete yet, too", () => {
    const history = new History(100, 10);
    history.add(span(0, 30, 1));
    history.add(span(30, 60, 1));
    expect(history.episodes).toMatchObject([{ fromMs: 0, toMs: 60, messages: 2 }]);
  });
});
