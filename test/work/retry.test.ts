// Delays, delay queues, and messages on their way through them.
import { describe, expect, it } from "vitest";
import type { Field } from "../../src/message/fields.ts";
import { asFirstSeen, withoutMarks } from "../../src/message/retry-marks.ts";
import { attemptOf, propertiesAgain, propertiesElsewhere, tryOf } from "../../src/work/tries.ts";
import { delayAfter, delayQueue, LEASE_MS, delayed } from "../../src/work/retry.ts";
import { messageIn } from "../support/message-in.ts";

const plan = { retries: 4, delayMs: 1000, backoff: 3 };
const withHeaders = (headers: Readonly<Record<string, Field>>) =>
  messageIn({ properties: { headers } });

const death = (queue: string) => ({ queue, reason: "expired" });

describe("the delay after a try", () => {
  it("grows by the factor, and there is none after the last", () => {
    expect([1, 2, 3, 4, 5].map((attempt) => delayAfter(attempt, plan))).toEqual([
      1000,
      3000,
      9000,
      27_000,
      undefined,
    ]);
  });

  it("is a day at most, and may be nothing", () => {
    expect(delayAfter(900, { retries: 1000, delayMs: 1000, backoff: 10 })).toBe(86_400_000);
    expect(delayAfter(1, { retries: 1, delayMs: 0, backoff: 2 })).toBe(0);
    expect(delayAfter(900, { retries: 1000, delayMs: 0, backoff: 1000 })).toBe(0);
    expect(delayAfter(1, { retries: 0, delayMs: 5, backoff: 1 })).toBeUndefined();
  });
});

describe("a delay queue", () => {
  it("puts messages back by the default exchange, and lives a day longer than they are to wait", () => {
    for (const delayMs of [0, 100, 60_000, 86_400_000]) {
      const { arguments: args, ...queue } = delayQueue("work", delayMs);
      expect(queue).toEqual({
        name: `work.retry-${delayMs}ms`,
        durable: true,
        autoDelete: false,
        exclusive: false,
      });
      expect(args).toMatchObject({
        "x-message-ttl": { int: `${delayMs}` },
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": "work",
      });
      const expires = Number(Object(args["x-expires"]).int);
      expect(expires - (LEASE_MS + delayMs)).toBe(86_400_000);
      expect(expires).toBeLessThan(2 ** 32);
    }
  });

  it("lets go of nothing that its queue does not take", () => {
    expect(delayQueue("work", 5).arguments).toMatchObject({
      "x-queue-type": "quorum",
      "x-dead-letter-strategy": "at-least-once",
      "x-overflow": "reject-publish",
    });
  });

  it("has a name that is allowed also when the broker named the queue", () => {
    expect(delayQueue("amq.gen-x", 5).name).toBe("retry.amq.gen-x.retry-5ms");
  });
});

describe("the number of a try", () => {
  it.each<[Readonly<Record<string, Field>>, number]>([
    [{}, 1],
    [{ "x-retry-count": 2 }, 3],
    [{ "x-delivery-count": { int: "4" } }, 5],
    [{ "x-retry-count": { uint8: 2 }, "x-delivery-count": 1 }, 4],
    [{ "x-retry-count": "7", "x-delivery-count": ["x"] }, 1],
    [{ "x-retry-count": -5 }, 1],
    [{ "x-retry-count": 1, "x-retry-deliveries": 4 }, 5],
    [{ "x-retry-count": 1, "x-retry-deliveries": 4, "x-acquired-count": 2 }, 7],
    [{ "x-delivery-count": 1, "x-acquired-count": { int: "3" } }, 4],
  ])("with headers %j is %d", (own, attempt) => {
    const headers = { "x-retry-exchange": "", "x-retry-routing-key": "q", ...own };
    expect(attemptOf({ ...withHeaders(headers), redelivered: true })).toBe(attempt);
  });

  it("does not count what a message has brought along from elsewhere", () => {
    const marks = { "x-retry-count": 2, "x-retry-exchange": "", "x-retry-routing-key": "r" };
    expect(attemptOf(withHeaders({ ...marks, "x-retry-queue": "q" }))).toBe(3);
    expect(attemptOf(withHeaders({ ...marks, "x-retry-queue": "r" }))).toBe(1);
    expect(asFirstSeen(withHeaders({ ...marks, "x-retry-queue": "r" }))).toMatchObject({
      routingKey: messageIn({}).routingKey,
    });
    expect(attemptOf(withHeaders({ "x-delivery-count": 9, "x-retry-count": 9 }))).toBe(1);
  });
});

it("a look at a message uses up no try: of what a quorum queue counts, a handler has seen nothing", () => {
  const marks = { "x-retry-exchange": "", "x-retry-routing-key": "q", "x-retry-count": 1 };
  const seen = { ...withHeaders({ ...marks, "x-delivery-count": 5 }), redelivered: true };
  expect({ attempt: attemptOf(seen), try: tryOf(seen) }).toEqual({ attempt: 7, try: 2 });
  expect(delayed(seen, "q.retry-5ms").properties.headers).toMatchObject({
    "x-retry-count": 2,
    "x-retry-deliveries": 7,
  });
});

describe("a message that waits for another try", () => {
  it("says how many there have been, and looks as it did at first when it comes back", () => {
    const first = messageIn({
      exchange: "logs",
      routingKey: "kern",
      properties: { contentType: "a/b", headers: { own: 1 } },
    });
    const message = delayed(first, "q.retry-5ms");
    expect(message).toMatchObject({ exchange: "", routingKey: "q.retry-5ms" });
    const back = messageIn({ ...message, routingKey: "q" });
    expect(attemptOf(back)).toBe(2);
    const seen = asFirstSeen(back);
    expect(seen).toMatchObject({ exchange: "logs", routingKey: "kern" });
    expect(seen.properties).not.toHaveProperty("deliveryMode");
    expect(delayed(back, "q.retry-10ms").properties).toEqual({
      contentType: "a/b",
      deliveryMode: 2,
      headers: {
        own: 1,
        "x-retry-count": 2,
        "x-retry-deliveries": 2,
        "x-retry-queue": "q",
        "x-retry-exchange": "logs",
        "x-retry-routing-key": "kern",
        "x-retry-properties": { deliveryMode: null },
      },
    });
  });

  it("leaves behind what would act a second time", () => {
    const headers = { CC: ["other"], "x-delivery-count": 3, own: "x" };
    const properties = { expiration: "5", userId: "me", priority: 4, deliveryMode: 1, headers };
    expect(propertiesAgain(messageIn({ properties }))).toEqual({
      priority: 4,
      deliveryMode: 2,
      headers: { "x-original-cc": ["other"], own: "x" },
    });
  });

  it("takes along what the broker has noted of earlier deaths, which the delay queue overwrites", () => {
    const notes = {
      "x-death": [death("elsewhere")],
      "x-first-death-queue": "elsewhere",
      "x-first-death-reason": "rejected",
    };
    const { headers = {} } = delayed(withHeaders({ ...notes, own: 1 }), "q.retry-5ms").properties;
    expect(headers).toMatchObject({ own: 1, "x-retry-deaths": notes });
    const overwritten = { "x-death": [death("q.retry-5ms")], "x-first-death-queue": "q.retry-5ms" };
    const back = withHeaders({ ...headers, ...overwritten });
    expect(propertiesAgain(back).headers).toEqual({ own: 1, ...notes });
  });

  it("comes back as it was: its deaths, CC and the properties with which it does not wait, try after try", () => {
    const notes = {
      "x-death": [{ ...death("q"), exchange: "logs" }, death("elsewhere")],
      "x-first-death-queue": "elsewhere",
    };
    const first = messageIn({
      properties: {
        deliveryMode: 1,
        expiration: "2592000000",
        userId: "me",
        headers: { ...notes, CC: ["copy"], own: 1 },
      },
    });
    let back = first;
    for (const delayedIn of ["q.retry-5ms", "q.retry-10ms"]) {
      const { properties } = delayed(back, delayedIn);
      expect(properties).toMatchObject({ deliveryMode: 2, headers: { "x-original-cc": ["copy"] } });
      expect(properties).not.toHaveProperty("expiration");
      expect(properties).not.toHaveProperty("userId");
      expect(properties.headers).not.toHaveProperty("CC");
      const overwritten = { "x-death": [death(delayedIn)], "x-first-death-queue": delayedIn };
      const headers = { ...properties.headers, ...overwritten };
      back = messageIn({
        properties: { ...properties, headers },
        exchange: "",
        routingKey: "q",
      });
      const seen = asFirstSeen(back);
      expect(withoutMarks(seen.properties.headers ?? {})).toEqual(first.properties.headers);
      expect({ ...seen.properties, headers: first.properties.headers }).toEqual(first.properties);
      expect(propertiesElsewhere(back)).toEqual({
        deliveryMode: 1,
        expiration: "2592000000",
        headers: { ...notes, "x-original-cc": ["copy"], own: 1 },
      });
    }
  });

  it("has the x-original-cc that it brought along, and no CC of it", () => {
    const { properties } = delayed(withHeaders({ "x-original-cc": ["copy"] }), "q.retry-5ms");
    const { headers } = asFirstSeen(messageIn({ properties })).properties;
    expect(headers).toMatchObject({ "x-original-cc": ["copy"] });
    expect(headers).not.toHaveProperty("CC");
  });

  it("tells the next queue of the way it really came, when the broker dead-letters it there", () => {
    const first = messageIn({ exchange: "orders", routingKey: "new", properties: {} });
    const { properties } = delayed(first, "q.retry-5ms");
    const waited = { ...death("q.retry-5ms"), exchange: "", "routing-keys": ["q.retry-5ms"] };
    const headers = {
      ...properties.headers,
      "x-death": [{ queue: "q", reason: "rejected", exchange: "", "routing-keys": ["q"] }, waited],
      "x-first-death-queue": "q.retry-5ms",
      "x-first-death-reason": "expired",
      "x-first-death-exchange": "",
      "x-last-death-queue": "q",
      "x-last-death-reason": "rejected",
      "x-last-death-exchange": "",
    };
    const next = messageIn({ queue: "next", properties: { ...properties, headers } });
    const notes = {
      "x-death": [{ queue: "q", reason: "rejected", exchange: "orders", "routing-keys": ["new"] }],
      "x-first-death-queue": "q",
      "x-first-death-reason": "rejected",
      "x-first-death-exchange": "orders",
      "x-last-death-queue": "q",
      "x-last-death-reason": "rejected",
      "x-last-death-exchange": "orders",
    };
    expect(propertiesElsewhere(next).headers).toEqual(notes);
    expect(propertiesAgain(next).headers).toEqual(notes);
    const again = delayed(next, "next.retry-5ms").properties.headers;
    expect(again).toMatchObject({ "x-retry-queue": "next", "x-retry-deaths": notes });
  });

  it("loses the broker's notes on our delay queues, and keeps those on others", () => {
    const headers = {
      "x-death": [death("q.retry-5ms"), death("q"), death("elsewhere")],
      "x-first-death-queue": "elsewhere",
      "x-first-death-reason": "rejected",
      "x-last-death-queue": "q.retry-5ms",
      "x-last-death-reason": "expired",
    };
    expect(propertiesAgain(withHeaders(headers)).headers).toEqual({
      "x-death": [death("elsewhere")],
      "x-first-death-queue": "elsewhere",
      "x-first-death-reason": "rejected",
    });
    const ours = { "x-death": [death("q.retry-5ms")], "x-first-death-queue": "q.retry-5ms" };
    expect(propertiesAgain(withHeaders(ours)).headers).toEqual({});
  });
});
