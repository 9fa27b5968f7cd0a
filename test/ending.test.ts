// The end of a run with messages: in which order things are said, and what it resolves with.
import { expect, it } from "vitest";
import { accounted, type Ending, reasonFor } from "../src/ending.ts";
import { ReaderGone, Unreachable } from "../src/errors.ts";
import { pretendWorld } from "./support/pretended-world.ts";

/** Runs it; what was reported, and the lines in their order. */
async function watch(run: () => Promise<number>, signal?: AbortSignal) {
  const { world, lines } = pretendWorld(signal ? { signal } : {});
  const endings: Ending[] = [];
  const report = (ending: Ending): void => {
    endings.push(ending);
    world.log.note("Account");
  };
  const outcome = await accounted(run, report, world).catch((error: unknown) => error);
  return { outcome, lines, failures: endings.map(({ failure }) => failure) };
}

it("a run that ends well is accounted for, and keeps its exit code", async () => {
  expect(await watch(async () => 5)).toEqual({
    outcome: 5,
    lines: ["Account"],
    failures: [undefined],
  });
});

it("a run that fails is accounted for before its failure is told", async () => {
  const failure = new Unreachable("nobody answers");
  const seen = await watch(() => Promise.reject(failure));
  expect(seen).toEqual({ outcome: failure, lines: ["Account"], failures: [failure] });
});

it("a run that was stopped says so before its account", async () => {
  const seen = await watch(async () => 0, AbortSignal.abort());
  expect(seen).toEqual({ outcome: 0, lines: ["Stopped", "Account"], failures: [undefined] });
});

it("that the reader of the output has gone is a good end, also for the page of --report", async () => {
  const gone = new ReaderGone();
  const seen = await watch(() => Promise.reject(gone));
  expect(seen).toEqual({ outcome: 0, lines: ["Account"], failures: [gone] });
});

it("the reason is a signal, or else what was thrown, a defect too, or else the run's own", () => {
  const { world } = pretendWorld();
  const stopped = pretendWorld({ signal: AbortSignal.abort() }).world;
  const defect = new TypeError("x is not a function");
  expect(reasonFor(defect, "end of input", stopped)).toBe("signal");
  expect(reasonFor(defect, "end of input", world)).toBe("x is not a function");
  expect(reasonFor(new Unreachable("nobody answers\n"), "end of input", world)).toBe(
    "nobody answers",
  );
  expect(reasonFor(undefined, "end of input", world)).toBe("end of input");
});
