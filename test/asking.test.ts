// Requests under way: what is kept of them, and what is told of one that could not be sent again.
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import type { RequestOutcome } from "../src/amqp/publish/request.ts";
import { Asking } from "../src/asking.ts";
import { Skips } from "../src/sending.ts";
import { planAsking } from "./support/plan.ts";
import { pretendWorld } from "./support/pretended-world.ts";

const REQUESTS = 10_000;

setFlagsFromString("--expose-gc");
const collectGarbage: unknown = runInNewContext("gc");

function heapBytes(): number {
  if (typeof collectGarbage === "function") collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Answers all at once but the first one, and that one with the last. */
class SlowOnce {
  readonly bytes = 0;
  grownBytes = 0;
  #count = 0;
  #before = 0;
  #endFirst: (outcome: RequestOutcome) => void = () => {};

  async ask(): Promise<RequestOutcome> {
    this.#count++;
    if (this.#count === 1) return new Promise((resolve) => (this.#endFirst = resolve));
    if (this.#count === 1000) this.#before = heapBytes();
    if (this.#count < REQUESTS) return setImmediate("answered");
    this.grownBytes = heapBytes() - this.#before;
    this.#endFirst("answered");
    return "answered";
  }
}

it("an answered request leaves nothing behind, also while another one hangs", async () => {
  const argv = ["-k", "q", "-m", "x", "--nb-messages", `${REQUESTS}`, "--interval", "0"];
  const plan = planAsking([...argv, "--jobs", "2"]);
  const { world } = pretendWorld();
  const requester = new SlowOnce();
  const asking = new Asking(plan, requester, new Skips(plan, world.log), async () => {}, world);
  await asking.askAll("");
  expect(asking.account).toMatchObject({ requests: REQUESTS, answered: REQUESTS });
  expect(requester.grownBytes / REQUESTS).toBeLessThan(100);
});

it("a request that the next connection cannot carry is told, and counts as refused", async () => {
  const plan = planAsking(["-k", "q", "-m", "x"]);
  const { world, lines } = pretendWorld();
  const requester = { bytes: 0, ask: async () => ({ unsent: "too large" }) };
  const asking = new Asking(plan, requester, new Skips(plan, world.log), async () => {}, world);
  await asking.askAll("");
  expect(lines).toEqual([
    'WARNING: the broker refused a request (too large) (exchange "", key "q")',
  ]);
  expect(asking.account).toMatchObject({ requests: 1, nacked: 1, unanswered: 0 });
});
