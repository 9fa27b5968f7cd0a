// What a dry run lists of the work on messages. The rest of its steps: preview.test.ts.
import { expect, it } from "vitest";
import { sketchConsume } from "../../src/preview/sketch.ts";
import { listSteps } from "../../src/preview/steps.ts";
import { planCon } from "../support/plan.ts";

const steps = (words: string) => listSteps(sketchConsume(planCon(words.split(" "))));

it("lists the queues of retries, and where messages go on to", () => {
  expect(steps("-q t --retries 3 --dead-letter :failed --shell x")).toEqual(
    expect.arrayContaining([
      "Would create queue: t.retry-5000ms, and 2 more, for messages to wait in",
      "Would send what has failed for good to the default exchange with key failed",
    ]),
  );
  expect(steps("-q t --forward amq.topic")).toContain(
    "Would send each message to exchange amq.topic with its own key",
  );
});

it("tells what a binding asks of headers", () => {
  const words = "-q t -e amq.headers --bind-queue --bind-header type=pdf --bind-header n:int=5";
  expect(steps(`${words} --match any`)).toContain(
    "Would bind Queue [t] to Exchange [amq.headers] (x-match=any, type=pdf, n=5)",
  );
  expect(steps(`${words} -k a`)).toContain(
    "Would bind Queue [t] to Exchange [amq.headers] a (type=pdf, n=5)",
  );
});

it.each([
  ["--offset first", "offset first"],
  ["--offset 42", "offset 42"],
  ["--offset 2026-01-01T00:00:00Z", "offset 2026-01-01T00:00:00.000Z"],
  ["--offset 90s", "offset 90 s ago"],
  ["--offset first --offset-file place", "offset first, unless place says otherwise"],
  ["--offset-file place", "offset next, unless place says otherwise"],
])("tells where %s begins in a stream", (words, told) => {
  expect(steps(`-q s ${words}`)).toContain(`Would consume from queue: s (${told})`);
});

it("tells all properties of a queue, also those that are drawn as an arrow", () => {
  expect(steps("-q t -Q --dead-letter-exchange x")).toContain(
    "Would create queue: t (transient, auto-delete, x-dead-letter-exchange=x)",
  );
});
