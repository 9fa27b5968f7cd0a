// How long the end of subscriptions is waited for. The time is the tests' own: it goes on only while something is waited for.
import type { Channel, ConsumeMessage } from "amqplib";
import { beforeEach, expect, it, vi } from "vitest";
import { Subscriptions } from "../../../src/amqp/consume/subscriptions.ts";
import { subscriptionPlan } from "../../support/subscription-plan.ts";

const time = vi.hoisted(() => ({ ms: 0, whileWaiting: (_ms: number): void => {} }));

vi.mock(import("../../../src/time/clock.ts"), async (original) => ({
  ...(await original()),
  now: () => time.ms,
}));

vi.mock(import("../../../src/time/deadline.ts"), async (original) => ({
  ...(await original()),
  within: async (ms, promise) => {
    const end = time.ms + ms;
    time.whileWaiting(ms);
    time.ms = end;
    return Promise.race([promise, Promise.resolve("late" as const)]);
  },
}));

beforeEach(() => {
  time.ms = 0;
  time.whileWaiting = () => {};
});

/** One subscription at a broker that never answers to its end. */
async function subscribe() {
  let deliver: ((message: ConsumeMessage | null) => void) | undefined;
  const channel: Pick<Channel, "consume" | "cancel"> = {
    consume: async (_, take) => {
      deliver = take;
      return { consumerTag: "c" };
    },
    cancel: async () => new Promise(() => {}),
  };
  const subscriptions = new Subscriptions(channel, subscriptionPlan);
  await subscriptions.add("q", undefined, () => {});
  return { subscriptions, deliver: () => deliver?.(null) };
}

/** For how long after the stop the rest is waited for. */
async function drain(subscriptions: Subscriptions, patienceMs: number): Promise<number> {
  await subscriptions.cancel();
  await subscriptions.drained(patienceMs);
  return time.ms;
}

it("a broker that sends nothing for a second is taken for silent", async () => {
  const { subscriptions, deliver } = await subscribe();
  deliver();
  time.ms = 5000;
  expect(await subscriptions.cancel()).toBe(1000);
  expect(await drain(subscriptions, 10_000)).toBe(6000);
});

it("while anything comes the answer may come behind it", async () => {
  const { subscriptions, deliver } = await subscribe();
  let lastAt = 0;
  let count = 3;
  time.whileWaiting = () => {
    if (count-- === 0) return;
    time.ms += 600;
    lastAt = time.ms;
    deliver();
  };
  expect(await drain(subscriptions, 10_000)).toBe(lastAt + 1000);
  expect(lastAt).toBeGreaterThan(2000);
});

it("what never ends is waited for as long as there is patience, but does not hold up the stop", async () => {
  const { subscriptions, deliver } = await subscribe();
  time.whileWaiting = (ms) => {
    time.ms += ms / 2;
    deliver();
  };
  expect(await subscriptions.cancel()).toBe(1000);
  expect(await drain(subscriptions, 3000)).toBe(3000);
});
