// What --stats shows and where: lines, or a chart on a terminal of its own.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { MeasurePlan } from "../../src/measure.ts";
import { Footer } from "../../src/ui/footer.ts";
import { Meter } from "../../src/measure/meter.ts";
import { startStats } from "../../src/measure/stats.ts";
import { pretendWorld } from "../support/pretended-world.ts";
import { TestScreen } from "../support/screen.ts";

const plan: MeasurePlan = {
  role: "publisher",
  statsMs: 1000,
  report: undefined,
  settings: async () => [],
  writesOutput: true,
};

/** An interval, and what an immediate takes of fake time. */
const TICK_MS = 1001;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A meter whose clock is the fake one. */
function meterNow(open: () => number | undefined = () => 5): Meter {
  const startMs = Date.now();
  const meter = new Meter({ steady: () => Date.now() - startMs, wall: () => 0 });
  meter.watch({ open, account: () => ({}) });
  return meter;
}

function publish(meter: Meter, count: number): void {
  const since = meter.now() - 2;
  for (let i = 0; i < count; i++) meter.completed(100, since);
}

describe("lines", () => {
  it("come at each interval, tell what happened in it, and all of it at the end", async () => {
    const { world, lines } = pretendWorld();
    const meter = meterNow();
    const stats = await startStats(plan, 1000, meter, world);
    publish(meter, 300);
    vi.advanceTimersByTime(TICK_MS);
    vi.advanceTimersByTime(TICK_MS);
    publish(meter, 20);
    vi.advanceTimersByTime(500);
    stats.end();
    vi.advanceTimersByTime(5000);
    const latency =
      "confirm latency p50 2.00 ms, p75 2.00 ms, p95 2.00 ms, p99 2.00 ms, max 2.00 ms";
    expect(lines).toEqual([
      `Stats: 1.0 s, 300 messages (300/s), 29.3 KiB (29.3 KiB/s), in flight 5, ${latency}`,
      "Stats: 2.0 s, 300 messages (0.0/s), 29.3 KiB (0 B/s), in flight 5",
      `Stats: in all 2.5 s, 320 messages (128/s), 31.3 KiB (12.5 KiB/s), in flight 5, ${latency}`,
    ]);
  });

  it("of a consumer speak of what is unacked and of latency from end to end", async () => {
    const { world, lines } = pretendWorld();
    const meter = meterNow();
    const stats = await startStats({ ...plan, role: "consumer" }, 1000, meter, world);
    publish(meter, 1);
    vi.advanceTimersByTime(TICK_MS);
    stats.end();
    expect(lines[0]).toMatch(/, unacked 5, end-to-end latency p50 2.00 ms,/);
  });

  it("leave out what nobody knows", async () => {
    const { world, lines } = pretendWorld();
    const meter = meterNow(() => undefined);
    const stats = await startStats(plan, 1000, meter, world);
    vi.advanceTimersByTime(TICK_MS);
    stats.end();
    expect(lines[0]).toBe("Stats: 1.0 s, 0 messages (0.0/s), 0 B (0 B/s)");
  });
});

describe("a chart", () => {
  const env = { LANG: "C.UTF-8" };

  it("is drawn where messages go elsewhere, and stays when the run has ended", async () => {
    const screen = new TestScreen(100);
    const { world, lines } = pretendWorld({ footer: new Footer(screen), env });
    const meter = meterNow();
    const stats = await startStats(plan, 1000, meter, world);
    publish(meter, 300);
    vi.advanceTimersByTime(TICK_MS);
    vi.advanceTimersByTime(TICK_MS);
    stats.end();
    const [first = "", ...others] = screen.lines;
    expect(first).toContain("300┼");
    expect(others.slice(-3)).toEqual([
      "        messages per second, last 2.0 s",
      "2.0 s, 300 messages (0.0/s), 29.3 KiB (0 B/s), in flight 5",
      "",
    ]);
    expect(lines).toHaveLength(1);
  });

  it("wraps what stands below it to the width of the terminal", async () => {
    const screen = new TestScreen(50);
    const { world } = pretendWorld({ footer: new Footer(screen), env });
    const meter = meterNow();
    const stats = await startStats(plan, 1000, meter, world);
    publish(meter, 300);
    vi.advanceTimersByTime(TICK_MS);
    stats.end();
    expect(screen.lines.slice(-5, -1)).toEqual([
      "1.0 s, 300 messages (300/s)",
      "29.3 KiB (29.3 KiB/s), in flight 5",
      "confirm latency p50 2.00 ms, p75 2.00 ms",
      "p95 2.00 ms, p99 2.00 ms, max 2.00 ms",
    ]);
  });

  it("gives way to lines where messages go to the same terminal", async () => {
    const screen = new TestScreen(100);
    const { world, lines } = pretendWorld({ footer: new Footer(screen), outputIsTerminal: true });
    const stats = await startStats(plan, 1000, meterNow(), world);
    vi.advanceTimersByTime(TICK_MS);
    stats.end();
    expect(screen.written).toBe("");
    expect(lines).toHaveLength(2);
  });

  it("has that terminal for itself when the run writes no messages", async () => {
    const screen = new TestScreen(100);
    const { world, lines } = pretendWorld({ footer: new Footer(screen), outputIsTerminal: true });
    const silent = { ...plan, writesOutput: false };
    const stats = await startStats(silent, 1000, meterNow(), world);
    vi.advanceTimersByTime(TICK_MS);
    stats.end();
    expect(screen.written).not.toBe("");
    expect(lines).toHaveLength(1);
  });
});
