// The progress bar, by a clock that the test turns.
import { describe, expect, it } from "vitest";
import { ProgressBar } from "../../src/ui/progress.ts";

/** A screen that keeps what was drawn last, a clock, and a count of messages. */
function stage() {
  const seen = { lines: [] as readonly string[], ms: 0, messages: 0 };
  const show = (lines: readonly string[]): void => {
    seen.lines = lines;
  };
  const world = {
    footer: { show, columns: 80 },
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
      "[######..................] 25%  2.5 MiB of 10.0 MiB  150000 msg/s  6.0 s left",
    ]);
  });

  it("counts messages where that is what is known", () => {
    const { seen, bar } = stage();
    bar.expect(4, "messages");
    bar.advance(4);
    seen.ms = 1000;
    seen.messages = 4;
    bar.draw();
    bar.end();
    bar.draw();
    expect(seen.lines).toEqual(["[########################]100%  4 of 4  4 msg/s  0.0 s left"]);
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
