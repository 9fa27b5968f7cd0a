// Marks that we have not made: anybody may publish headers of these names.
import { describe, expect, it } from "vitest";
import type { Table } from "../../src/message/fields.ts";
import { withoutFailure } from "../../src/message/failure-marks.ts";
import { asFirstSeen } from "../../src/message/retry-marks.ts";
import { messageIn } from "../support/message-in.ts";

const tried = { "x-retry-exchange": "e", "x-retry-routing-key": "k" };
const seen = (marks: Table) =>
  asFirstSeen(messageIn({ properties: { headers: { ...tried, ...marks } } })).properties;

describe("forged marks", () => {
  it.each<[Table]>([
    [{ deliveryMode: 3 }],
    [{ deliveryMode: 300 }],
    [{ expiration: "abc" }],
    [{ expiration: "-1" }],
    [{ expiration: "315360000001" }],
    [{ userId: "u".repeat(256) }],
  ])("give no property that a broker refuses: %j", (properties) => {
    const [name = ""] = Object.keys(properties);
    expect(seen({ "x-retry-properties": properties })).not.toHaveProperty(name);
  });

  it.each(["5000", "2592000000", "4294967295", "+600000"])(
    "of ours give them back, with an expiration of %s",
    (expiration) => {
      const properties = { deliveryMode: 1, expiration, userId: "guest" };
      expect(seen({ "x-retry-properties": properties })).toMatchObject(properties);
    },
  );

  it("bring no other headers than notes on deaths", () => {
    const deaths = { foo: "bar", CC: ["k2"], "x-first-death-queue": "q" };
    const { headers } = seen({ "x-retry-deaths": deaths });
    expect(headers).toMatchObject({ "x-first-death-queue": "q" });
    expect(headers).not.toHaveProperty("foo");
    expect(headers).not.toHaveProperty("CC");
  });

  it("bring no other headers back from a failure than those of its names", () => {
    const own = { CC: ["k9"], "x-retry-queue": "q", "x-stderr": "mine" };
    const forged = { "x-failure-reason": "r", "x-original-queue": "q", "x-original-headers": own };
    expect(withoutFailure(forged)).toEqual({ "x-stderr": "mine" });
  });
});
