// Showing messages and putting them back: a quorum queue allows only so much of that, which is told before it is too late.
import { expect, it } from "vitest";
import { printing } from "../../src/work/print.ts";
import { messageIn } from "../support/message-in.ts";
import { recordingLog } from "../support/recording-log.ts";

const back = (count: number) =>
  messageIn({
    redelivered: true,
    properties: { headers: { "x-delivery-count": { int: `${count}` } } },
  });

async function show(verdict: "ack" | "leave", ...counts: readonly number[]) {
  const log = recordingLog();
  const intake = { settle: () => {} };
  const work = printing(async () => {}, intake, { verdict, workMs: undefined }, log);
  for (const count of counts) await work.take([messageIn({}), back(count)]);
  return log.lines;
}

it("says once that a message was given back too often", async () => {
  expect(await show("leave", 9, 10, 15)).toEqual([
    expect.stringMatching(/^WARNING: a message was given back 10 times: a quorum queue drops/),
  ]);
});

it("says nothing of messages that are acknowledged", async () => {
  expect(await show("ack", 9, 15)).toEqual([]);
});
