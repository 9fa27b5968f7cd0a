// The map of exit codes.
import { describe, expect, it } from "vitest";
import {
  describeEnd,
  exitCodeOf,
  failureActions,
  isFailure,
  isStopped,
  judge,
  type End,
} from "../../src/work/judgement.ts";

const exit = (code: number): End => ({ kind: "exit", code });
const ends: readonly End[] = [
  exit(1),
  exit(255),
  { kind: "signal", signal: "SIGKILL" },
  { kind: "late", afterMs: 1500 },
  { kind: "excess", bytes: 5 },
];

describe("what an end says", () => {
  it.each([
    [0, "ack"],
    [3, "reject"],
    [4, "requeue"],
    [75, "retry"],
  ])("%d: %s, whatever --on-failure says", (code, judgement) => {
    for (const onFailure of [undefined, "stop", "reject"] as const)
      expect(judge(exit(code), onFailure)).toBe(judgement);
  });

  it.each(ends)("%j: what --on-failure says, else reject", (end) => {
    expect(judge(end, undefined)).toBe("reject");
    for (const onFailure of failureActions) expect(judge(end, onFailure)).toBe(onFailure);
  });

  it("stops when the program cannot be run, for no message is to blame, unless told otherwise", () => {
    expect([126, 127].map((code) => judge(exit(code), undefined))).toEqual(["stop", "stop"]);
    expect([126, 127].map((code) => judge(exit(code), "reject"))).toEqual(["reject", "reject"]);
  });
});

it("takes everything for a failure but what the handler decided itself", () => {
  expect([0, 3, 4].map((code) => isFailure(exit(code)))).toEqual([false, false, false]);
  expect([exit(75), ...ends].map(isFailure)).not.toContain(false);
});

it("knows the signals that stop a run, also from a shell's exit code", () => {
  const signals = (["SIGTERM", "SIGINT", "SIGHUP"] as const).map((signal): End => ({
    kind: "signal",
    signal,
  }));
  expect([...signals, exit(143), exit(130), exit(129)].map(isStopped)).not.toContain(false);
  expect([...ends, exit(0), exit(137)].map(isStopped)).not.toContain(true);
});

it("says in words how a handler has ended", () => {
  expect(ends.map(describeEnd)).toEqual([
    "exit code 1",
    "exit code 255",
    "signal SIGKILL",
    "still running after 1.5 s",
    "an output larger than 5 bytes",
  ]);
});

it("gives each end the exit code that a shell would", () => {
  expect(ends.map(exitCodeOf)).toEqual([1, 255, 137, 124, undefined]);
});
