// Dead letters back to where they first died, by the headers that RabbitMQ writes.
import { expect, it } from "vitest";
import type { Table } from "../../src/message/fields.ts";
import { toOrigin } from "../../src/source/to-origin.ts";

const message = (headers?: Table) => ({
  exchange: "dead",
  routingKey: "dlq",
  properties: { priority: 1, ...(headers && { headers }) },
  body: Buffer.from("x"),
});

const death = (queue: string, reason: string, exchange: string, ...keys: readonly string[]) => ({
  count: { int: "1" },
  queue,
  reason,
  exchange,
  "routing-keys": keys,
  time: { timestamp: 1 },
});

it("goes to the exchange and keys of the first death, the further ones as CC, without what the broker has noted of it", () => {
  const headers = {
    mine: "kept",
    "x-first-death-exchange": "orders",
    "x-first-death-queue": "work",
    "x-first-death-reason": "rejected",
    "x-last-death-exchange": "retry",
    "x-last-death-queue": "wait",
    "x-last-death-reason": "expired",
    "x-death": [
      death("wait", "expired", "retry", "wait"),
      death("work", "rejected", "orders", "order.new", "copy"),
    ],
  };
  expect(toOrigin(message(headers))).toEqual({
    exchange: "orders",
    routingKey: "order.new",
    properties: { priority: 1, headers: { mine: "kept", CC: ["copy"] } },
    body: Buffer.from("x"),
  });
});

it("goes to where it was first seen when it had waited for other tries, and begins anew", () => {
  const headers = {
    "x-retry-count": 2,
    "x-retry-exchange": "orders",
    "x-retry-routing-key": "order.new",
    "x-first-death-exchange": "",
    "x-first-death-queue": "work.retry-200ms",
    "x-first-death-reason": "expired",
    "x-death": [
      death("work", "rejected", "", "work"),
      death("work.retry-200ms", "expired", "", "work.retry-200ms"),
    ],
  };
  const { exchange, routingKey, properties } = toOrigin(message(headers));
  expect({ exchange, routingKey, properties }).toEqual({
    exchange: "orders",
    routingKey: "order.new",
    properties: { priority: 1 },
  });
  const ownNotes = Object.entries(headers).filter(([name]) => !name.startsWith("x-retry-"));
  const again = toOrigin(message(Object.fromEntries(ownNotes)));
  expect(again).toMatchObject({ exchange: "", routingKey: "work" });
});

it("goes to where it first died also when it was tried again on a queue of dead letters", () => {
  const headers = {
    "x-retry-queue": "dead",
    "x-retry-exchange": "dlx",
    "x-retry-routing-key": "order.new",
    "x-retry-deaths": {
      "x-death": [
        death("work", "expired", "dlx", "work"),
        death("work", "rejected", "orders", "order.new", "copy"),
      ],
      "x-first-death-queue": "work",
      "x-first-death-reason": "rejected",
    },
    "x-first-death-queue": "dead.retry-200ms",
    "x-first-death-reason": "expired",
    "x-death": [death("dead.retry-200ms", "expired", "", "dead.retry-200ms")],
  };
  expect(toOrigin(message(headers))).toMatchObject({
    exchange: "orders",
    routingKey: "order.new",
    properties: { priority: 1, headers: { CC: ["copy"] } },
  });
});

it("has again what it had not while it waited, but for the expiration, which a broker takes from what dies", () => {
  const headers = {
    mine: "kept",
    "x-original-cc": ["copy"],
    "x-retry-exchange": "orders",
    "x-retry-routing-key": "order.new",
    "x-retry-properties": { deliveryMode: 1, expiration: "5000", userId: "me", CC: ["copy"] },
  };
  expect(toOrigin(message(headers))).toMatchObject({ exchange: "orders", routingKey: "order.new" });
  expect(toOrigin(message(headers)).properties).toEqual({
    priority: 1,
    deliveryMode: 1,
    userId: "me",
    headers: { mine: "kept", CC: ["copy"] },
  });
  const sent = { ...message(headers), properties: { deliveryMode: 2, headers } };
  const none = { ...headers, "x-retry-properties": { deliveryMode: null } };
  const modeless = { ...sent, properties: { deliveryMode: 2, headers: none } };
  expect(toOrigin(sent).properties.deliveryMode).toBe(1);
  expect(toOrigin(modeless).properties).not.toHaveProperty("deliveryMode");
});

it("leaves out what the broker has counted, and what --dead-letter has told of the failure", () => {
  const headers = {
    mine: "kept",
    "x-delivery-count": 3,
    "x-acquired-count": 4,
    "x-failure-reason": "exit code 1",
    "x-exit-code": 1,
    "x-stderr": "",
    "x-attempts": 2,
    "x-original-exchange": "",
    "x-original-routing-key": "work",
    "x-original-queue": "work",
    "x-death": [death("work", "rejected", "", "work")],
  };
  expect(toOrigin(message(headers)).properties).toEqual({ priority: 1, headers: { mine: "kept" } });
});

it("keeps a header of such a name that --dead-letter has not written", () => {
  const headers = { "x-attempts": 2, "x-death": [death("work", "rejected", "", "work")] };
  expect(toOrigin(message(headers)).properties).toEqual({
    priority: 1,
    headers: { "x-attempts": 2 },
  });
});

it("goes by the key of its first death also when that is no UTF-8", () => {
  const key = { string64: "a/8ueg==" };
  const died = { ...death("work", "rejected", "orders"), "routing-keys": [key, key] };
  const { exchange, routingKey, properties } = toOrigin(message({ "x-death": [died] }));
  expect({ exchange, routingKey, properties }).toEqual({
    exchange: "orders",
    routingKey: "k\udcff.z",
    properties: { priority: 1, headers: { CC: [key] } },
  });
});

it("goes to the queue it came from when it was sent there by the default exchange", () => {
  const headers = { "x-death": [death("work", "expired", "", "work")] };
  const { exchange, routingKey, properties } = toOrigin(message(headers));
  expect({ exchange, routingKey, properties }).toEqual({
    exchange: "",
    routingKey: "work",
    properties: { priority: 1 },
  });
});

it.each([
  ["no headers", undefined],
  ["no death", { mine: "x" }],
  ["something else as x-death", { "x-death": "?", "x-first-death-exchange": "orders" }],
  ["a death without keys", { "x-death": [{ exchange: "orders" }] }],
])("a message with %s is refused", (_, headers) => {
  expect(() => toOrigin(message(headers))).toThrow("it was never dead-lettered");
});
