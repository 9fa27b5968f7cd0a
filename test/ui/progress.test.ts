// The progress bar, by a clock that the test turns.
import { describe, expect, it } from "vitest";
import { ProgressBar } from "../../src/ui/progress.ts";

/** A screen that keeps what was drawn last, a clock, and a count of messages. */
function stage(columns = 80) {
  const seen = { lines: [] as readonly string[], ms: 0, messages: 0 };
  const show = (lines: readonly string[]): void => {
    seen.lines = lines;
  };
  const world = {
    footer: { show, columns },
    clock: () => seen.ms,
    messages: () => seen.messages,
  };
  return { seen, bar: new ProgressBar(world) };
}

describe("a progress bar", () => {
  it("shows how far the run is, how fast it is, and how long it will take", () => {
    const { seen, bar } = stage();
    bar.expect(10 * 1024 * 1024, "bytes");
    bar.advance(2.5 * 1024 * 1024);
    seen.ms = 2000;
    seen.messages = 300_000;
    bar.draw();
    bar.end();
    expect(seen.lines).toEqual([]);
    bar.draw();
    expect(seen.lines).toEqual([
      "[######..................]  25%  2.5 MiB of 10.0 MiB  150000 msg/s  6.0 s left",
    ]);
  });

  it("counts messages where that is what is known", () => {
    const { seen, bar } = stage();
    bar.expect(4, "messages");
    bar.advance(4, 3000);
    seen.ms = 1000;
    seen.messages = 4;
    bar.draw();
    bar.end();
    bar.draw();
    expect(seen.lines).toEqual([
      "[########################] 100%  4 of 4 (2.9 KiB)  4 msg/s  0.0 s left",
    ]);
  });

  it.each([
    [80, "[#####...................]  21%  2.1 MiB of 10.0 MiB  1000 msg/s  7.5 s left"],
    [60, "[#......]  21%  2.1 MiB of 10.0 MiB  1000 msg/s  7.5 s left"],
    [50, " 21%  2.1 MiB of 10.0 MiB  1000 msg/s  7.5 s left"],
    [40, " 21%  2.1 MiB of 10.0 MiB  7.5 s left"],
    [30, "[##........]  21%  7.5 s left"],
    [17, " 21%  7.5 s left"],
    [10, " 21%"],
  ])("says at %i columns what there is room for, and the bar last", (columns, line) => {
    const { seen, bar } = stage(columns);
    bar.expect(10 * 1024 * 1024, "bytes");
    bar.advance(2.1 * 1024 * 1024);
    seen.ms = 2000;
    seen.messages = 2000;
    bar.draw();
    expect(seen.lines).toEqual([line]);
    expect(line.length).toBeLessThan(columns);
    bar.end();
  });

  it("forgets what was long ago: a rate is that of the last seconds", () => {
    const { seen, bar } = stage();
    bar.expect(1000, "bytes");
    for (let second = 1; second <= 100; second++) {
      seen.ms = second * 1000;
      if (second > 50) seen.messages++;
      bar.draw();
    }
    expect(seen.lines[0]).toContain(" 1 msg/s  ? left");
    bar.end();
  });
});
