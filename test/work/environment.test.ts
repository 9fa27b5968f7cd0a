// The environment of handlers.
import { describe, expect, it } from "vitest";
import type { Field } from "../../src/message/fields.ts";
import { environmentOf, inherited, withoutMessage } from "../../src/work/environment.ts";
import { messageIn } from "../support/message-in.ts";

const withHeaders = (headers: Readonly<Record<string, Field>>) =>
  environmentOf(messageIn({ properties: { headers } }), {});

describe("what is inherited", () => {
  it("is everything but secrets, and what would look like a fact about a message", () => {
    const own = {
      PATH: "/bin",
      AMQP_PASSWORD: "s",
      AMQP_URL: "amqp://u:s@h",
      AMQP_USERPASS: "u:s",
      AMQP_VHOST: "v",
      AMQP_QUEUE: "other",
      AMQP_TYPE: "other",
      AMQP_ATTEMPT: "9",
      AMQP_HEADER_X: "other",
    };
    expect(inherited(own)).toEqual({ PATH: "/bin", AMQP_VHOST: "v" });
  });
});

describe("what sets flags", () => {
  const own = { AMQP_VHOST: "v", AMQP_ROUTING_KEY: "k", AMQP_QUEUE: "q", AMQP_TYPE: "t" };

  it("is the environment", () => {
    expect(withoutMessage(own)).toEqual(own);
  });

  it("is not, within a handler, what tells of its message", () => {
    expect(withoutMessage({ ...own, AMQP_ATTEMPT: "1" })).toEqual({ AMQP_VHOST: "v" });
  });
});

describe("a message", () => {
  it("is described by its delivery and by those properties that it has", () => {
    const message = messageIn({
      exchange: "logs",
      routingKey: "kern",
      redelivered: true,
      properties: { contentType: "a/b", timestamp: "9007199254740993", deliveryMode: 2 },
    });
    expect(environmentOf(message, { PATH: "/bin" }).variables).toEqual({
      PATH: "/bin",
      AMQP_EXCHANGE: "logs",
      AMQP_ROUTING_KEY: "kern",
      AMQP_QUEUE: "q",
      AMQP_REDELIVERED: "true",
      AMQP_DELIVERY_TAG: "1",
      AMQP_CONSUMER_TAG: "c",
      AMQP_ATTEMPT: "1",
      AMQP_CONTENT_TYPE: "a/b",
      AMQP_TIMESTAMP: "9007199254740993",
      AMQP_DELIVERY_MODE: "2",
    });
  });

  it.each<[Field, string]>([
    ["text", "text"],
    [5, "5"],
    [{ int: "9007199254740993" }, "9007199254740993"],
    [true, "true"],
    [null, ""],
    [{ timestamp: 1_700_000_000 }, "1700000000"],
    [{ bytes: "aGk=" }, "aGk="],
    [{ decimal: { places: 2, digits: 1234 } }, "12.34"],
    [["a", 1], '["a",1]'],
    [{ a: { b: 1 } }, '{"a":{"b":1}}'],
  ])("has a header %j as %j", (field, value) => {
    expect(withHeaders({ h: field }).variables["AMQP_HEADER_H"]).toBe(value);
  });

  it.each([
    ["x-delay", "AMQP_HEADER_X_DELAY"],
    ["Größe (mm)", "AMQP_HEADER_GR_SSE__MM_"],
    ["", "AMQP_HEADER_"],
    ["a=b\0c\n", "AMQP_HEADER_A_B_C_"],
    ["__proto__", "AMQP_HEADER___PROTO__"],
  ])("has a header named %j as %s", (name, variable) => {
    const headers = Object.fromEntries([[name, "v"]]);
    expect(withHeaders(headers).variables).toHaveProperty(variable, "v");
  });

  it("has the first of two headers that share a variable, and says so", () => {
    const { variables, leftOut } = withHeaders({ "x-y": "1", x_y: "2" });
    expect(variables["AMQP_HEADER_X_Y"]).toBe("1");
    expect(leftOut).toEqual(["AMQP_HEADER_X_Y (another header has that name)"]);
  });

  it("leaves out what no environment can hold, and says so", () => {
    const { variables, leftOut } = withHeaders({
      nul: "a\0b",
      odd: "a\udcff",
      big: "x".repeat(33_000),
      ok: "y",
    });
    expect(leftOut).toEqual([
      "AMQP_HEADER_NUL (it holds a NUL)",
      "AMQP_HEADER_ODD (it is not UTF-8 text)",
      "AMQP_HEADER_BIG (it is larger than 32768 bytes)",
    ]);
    expect(Object.keys(variables).filter((name) => name.startsWith("AMQP_HEADER_"))).toEqual([
      "AMQP_HEADER_OK",
    ]);
  });

  it("never takes more than a quarter of a MiB, however many headers it has", () => {
    const many = Array.from({ length: 5000 }, (_, i) => [`h${i}`, "x".repeat(1000)] as const);
    const { variables, leftOut } = withHeaders(Object.fromEntries(many));
    const size = Object.values(variables).join("").length;
    expect(size).toBeLessThan(256 * 1024);
    expect(size).toBeGreaterThan(250 * 1024);
    expect(leftOut.length).toBeGreaterThan(4000);
  });
});
