// Names that other tools give to our flags: who types one is told ours.
import { expect, it } from "vitest";
import { planCon, planPub, wrongUse } from "../support/plan.ts";

it.each([
  ["--no-ack", "--ack-auto"],
  ["--auto-ack", "--ack-auto"],
  ["--workers", "--jobs"],
  ["--host", "--server-name"],
])("amqp-con %s: did you mean %s?", (typed, meant) => {
  expect(wrongUse(() => planCon(["-q", "x", typed]))).toContain(
    `unknown flag ${typed}\nhint: did you mean ${meant}?`,
  );
});

it("is not told a flag that has no effect there", () => {
  expect(wrongUse(() => planPub(["-k", "x", "--no-ack"]))).not.toContain("--ack-auto");
  expect(wrongUse(() => planPub(["-k", "x", "--body", "b"]))).toContain("did you mean --message?");
});
