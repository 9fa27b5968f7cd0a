// When a lost link is not replaced any more: a broker that ends each connection does not get its message for ever.
import { describe, expect, it, vi } from "vitest";
import { pauseAfter, tooLong, whyNot } from "../../../src/amqp/session/giving-up.ts";
import { Outage } from "../../../src/amqp/session/outage.ts";
import { ConnectionException, Refused, Undecodable, Unreachable } from "../../../src/errors.ts";

let time = 0;
vi.mock(import("../../../src/time/clock.ts"), async (original) => ({
  ...(await original()),
  now: () => time,
}));

const PATIENCE_MS = 60_000;
const exception = new ConnectionException({ code: 541, text: "INTERNAL_ERROR" });
const gone = new Unreachable("read ECONNRESET");

/** An outage after so many losses in a row, a second apart, without progress. */
function outageAfter(losses: number): Outage {
  const outage = new Outage(PATIENCE_MS, 0);
  for (let i = 0; i < losses; i++) {
    outage.lost(0);
    outage.restored();
    time += 1000;
  }
  return outage;
}

describe("a lost link is replaced", () => {
  it.each([
    [exception, 5],
    [new Undecodable("x", undefined), 3],
    [gone, 50],
  ])("after %s, %i times in a row", (reason, losses) => {
    expect(whyNot(reason, outageAfter(losses), true)).toBeUndefined();
  });

  it("not after the sixth connection that the broker has ended", () => {
    expect(whyNot(exception, outageAfter(6), true)).toMatchObject({
      exit: "refused",
      message:
        "the broker ended 6 connections in a row before anything got through: 541 INTERNAL_ERROR",
    });
  });

  it("after any number of them, if each has lasted, or nothing is sent again", () => {
    const steady = new Outage(PATIENCE_MS, 0);
    for (let i = 0; i < 9; i++) {
      steady.lost(0);
      steady.restored();
      time += 11_000;
    }
    steady.lost(0);
    expect(whyNot(exception, steady, true)).toBeUndefined();
    expect(whyNot(exception, outageAfter(9), false)).toBeUndefined();
  });

  it("not after what cannot be decoded for the fourth time", () => {
    const reason = new Undecodable("x", undefined);
    expect(whyNot(reason, outageAfter(4), true)).toBe(reason);
  });

  it("not after a decision, nor without patience", () => {
    const decision = new Refused({ code: 403, text: "ACCESS_REFUSED" });
    expect(whyNot(decision, outageAfter(1), true)).toBe(decision);
    expect(whyNot(gone, new Outage(0, 0), true)).toBe(gone);
  });
});

it("a broker that has soon ended a connection gets a second, whatever got through", () => {
  const outage = new Outage(PATIENCE_MS, 0);
  outage.restored();
  time += 11_000;
  outage.lost(1);
  expect(pauseAfter(exception, outage)).toBe(0);
  outage.restored();
  time += 9000;
  outage.lost(2);
  expect(pauseAfter(exception, outage)).toBe(1000);
  expect(pauseAfter(gone, outage)).toBe(0);
});

it("a broker that ends each connection was not away", () => {
  expect(tooLong(gone, new Outage(3000, 0))).toMatchObject({
    exit: "unreachable",
    message: "the broker was away longer than --max-outage 3: read ECONNRESET",
  });
  expect(tooLong(exception, new Outage(3000, 0))).toMatchObject({
    exit: "refused",
    message:
      "no lasting connection within --max-outage 3: the broker closed the connection: 541 INTERNAL_ERROR",
  });
});
