// What is news of an outage: what a broker answers at once, silence when it lasts, and each thing once.
import { expect, it, vi } from "vitest";
import { Outage } from "../../../src/amqp/session/outage.ts";
import { Refused, Unreachable } from "../../../src/errors.ts";

let time = 0;
vi.mock(import("../../../src/time/clock.ts"), async (original) => ({
  ...(await original()),
  now: () => time,
}));

const locked = new Refused({ code: 405, text: "RESOURCE_LOCKED" });
const silent = new Unreachable("nobody listens");

it("a refusal is news at once, and only once", () => {
  const outage = new Outage(Infinity, 0);
  outage.lost(1);
  expect([locked, locked, silent].map((reason) => outage.isNews(reason))).toEqual([
    true,
    false,
    false,
  ]);
});

it("that nobody answers is news when it lasts longer than a restart", () => {
  const outage = new Outage(Infinity, 0);
  outage.lost(1);
  time += 19_999;
  expect(outage.isNews(silent)).toBe(false);
  time += 1;
  expect([outage.isNews(silent), outage.isNews(silent)]).toEqual([true, false]);
});

it("it is news again in the next outage, but not in one that goes on", () => {
  const outage = new Outage(Infinity, 0);
  outage.lost(1);
  expect(outage.isNews(locked)).toBe(true);
  outage.restored();
  outage.lost(1);
  expect(outage.isNews(locked)).toBe(false);
  outage.restored();
  outage.lost(2);
  expect(outage.isNews(locked)).toBe(true);
});
