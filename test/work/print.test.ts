// When what is shown is settled: after the work that --work pretends, or not at all.
import { expect, it } from "vitest";
import { printing } from "../../src/work/print.ts";
import { messageIn } from "../support/message-in.ts";

/** Work of that length on each batch, and what was done. */
function openWork(ms: number) {
  const done: string[] = [];
  const sink = async (): Promise<void> => void done.push("shown");
  const settle = (_: unknown, verdict: string): void => void done.push(verdict);
  const work = printing(sink, { settle }, { verdict: "ack", workMs: [ms, ms] });
  return { work, done };
}

it("is settled when it was shown and worked on", async () => {
  const { work, done } = openWork(1);
  await work.take([messageIn()]);
  expect(done).toEqual(["shown", "ack"]);
});

it("is not settled when the run ends in the middle of the work: it is for somebody else", async () => {
  const { work, done } = openWork(3_600_000);
  const taken = work.take([messageIn()]);
  await work.end?.();
  await taken;
  expect(done).toEqual(["shown"]);
});
