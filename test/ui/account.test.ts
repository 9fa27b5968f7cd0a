// What a run says at its end: sums that add up, how long it took and why it ended, for people and for scripts.
import { describe, expect, test } from "vitest";
import {
  reportAccount,
  reportReceived,
  reportRequests,
  type RunEnd,
  type SummaryStyle,
} from "../../src/ui/account.ts";
import type { Log } from "../../src/ui/log.ts";
import { recordingLog } from "../support/recording-log.ts";

const end: RunEnd = { durationMs: 2000, reason: "end of input" };
const published = {
  read: 5,
  sent: 4,
  confirmed: 1,
  returned: 1,
  nacked: 1,
  unconfirmed: 2,
  resent: 0,
};
const settled = { acked: 3, requeued: 1, rejected: 1, retried: 0, deadLettered: 0 };
const asked = { requests: 6, answered: 2, errors: 1, returned: 1, nacked: 1, unanswered: 1 };

function told(report: (style: SummaryStyle, log: Log) => void, style: SummaryStyle) {
  const log = recordingLog();
  report(style, log);
  return log.lines;
}

describe.each([
  [
    "amqp-pub",
    (style: SummaryStyle, log: Log) => reportAccount(published, end, true, style, log),
    "read 5 = confirmed 1 + returned 1 + nacked 1 + unconfirmed 2",
    { ...published, durationMs: 2000, rate: 2.5, reason: "end of input" },
  ],
  [
    "amqp-con",
    (style: SummaryStyle, log: Log) => reportReceived(6, settled, end, style, log),
    "received 6 = acked 3 + requeued 1 + rejected 1 + left 1",
    { received: 6, ...settled, left: 1, durationMs: 2000, rate: 3, reason: "end of input" },
  ],
  [
    "amqp-pub --rpc",
    (style: SummaryStyle, log: Log) => reportRequests(asked, end, style, log),
    "requests 6 = answered 2 + errors 1 + returned 1 + nacked 1 + unanswered 1",
    { ...asked, durationMs: 2000, rate: 3, reason: "end of input" },
  ],
])("the summary of %s", (_, report, sum, counts) => {
  test("for people", () => {
    const [account, duration, ...more] = told(report, "text");
    expect(account).toBe(`Account: ${sum}`);
    expect(duration).toMatch(
      /^Duration: 2\.0 s, (2\.5|3\.0) messages\/s; reason for stopping: end of input$/,
    );
    expect(more).toEqual([]);
  });

  test("for scripts", () => {
    const [line = "", ...more] = told(report, "json");
    expect(JSON.parse(line)).toEqual(counts);
    expect(more).toEqual([]);
  });

  test("is nothing unless it is asked for", () => expect(told(report, "none")).toEqual([]));
});

test("what was not delivered is told without being asked", () => {
  expect(told((style, log) => reportAccount(published, end, false, style, log), "none")).toEqual([
    "Account: read 5 = confirmed 1 + returned 1 + nacked 1 + unconfirmed 2",
  ]);
});

test("so is input that was passed over", () => {
  const skipping = { ...end, skipped: 2 };
  expect(
    told((style, log) => reportAccount(published, skipping, true, style, log), "none"),
  ).toEqual(["Skipped: 2 that could not be sent"]);
});
