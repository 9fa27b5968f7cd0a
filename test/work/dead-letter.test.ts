// Messages that have failed for good, as they go to --dead-letter.
import { describe, expect, it } from "vitest";
import type { Table } from "../../src/message/fields.ts";
import { decodeText } from "../../src/message/text.ts";
import { toOrigin } from "../../src/source/to-origin.ts";
import { deadLetter } from "../../src/work/dead-letter.ts";
import { delayed } from "../../src/work/retry.ts";
import { messageIn } from "../support/message-in.ts";

const withHeaders = (headers: Table) => messageIn({ properties: { headers } });

describe("a dead letter", () => {
  const cause = {
    end: { kind: "exit", code: 9 } as const,
    stderr: Buffer.from("bad\n"),
    at: 1_700_000_000_500,
  };

  it("tells why it died, and where it came from", () => {
    const headers = {
      "x-retry-count": 2,
      "x-retry-exchange": "e",
      "x-retry-routing-key": "k",
      own: "x",
    };
    const message = deadLetter(
      withHeaders(headers),
      { exchange: "dlx", routingKey: undefined },
      cause,
    );
    expect(message).toMatchObject({ exchange: "dlx", routingKey: "k" });
    expect(message.properties.headers).toEqual({
      own: "x",
      "x-failure-reason": "exit code 9",
      "x-exit-code": 9,
      "x-stderr": "bad\n",
      "x-attempts": 3,
      "x-original-exchange": "e",
      "x-original-routing-key": "k",
      "x-original-queue": "q",
      "x-death": [
        {
          count: { int: "1" },
          reason: "rejected",
          queue: "q",
          time: { timestamp: 1_700_000_000 },
          exchange: "e",
          "routing-keys": ["k"],
        },
      ],
      "x-first-death-queue": "q",
      "x-first-death-reason": "rejected",
      "x-first-death-exchange": "e",
    });
  });

  it("keeps the message's own headers of such names for --to-origin, also when it fails once more", () => {
    const own = { "x-attempts": "mine", "x-exit-code": 7 };
    const to = { exchange: "", routingKey: "dead" };
    const dead = deadLetter(withHeaders({ ...own, other: 1 }), to, cause);
    const again = deadLetter(messageIn({ ...dead, queue: "dead" }), to, {
      ...cause,
      end: { kind: "excess", bytes: 1 },
    });
    expect(again.properties.headers).toMatchObject({ "x-attempts": 1, "x-original-headers": own });
    expect(again.properties.headers).not.toHaveProperty("x-exit-code");
    for (const message of [dead, again])
      expect(toOrigin(message).properties.headers).toEqual({ ...own, other: 1 });
  });

  it("notes the keys that were in CC, also of a message that has waited", () => {
    const to = { exchange: "", routingKey: "dead" };
    const first = withHeaders({ CC: ["copy"] });
    const waited = messageIn({ properties: delayed(first, "q.retry-5ms").properties });
    for (const delivery of [first, waited]) {
      const { headers = {} } = deadLetter(delivery, to, cause).properties;
      expect(headers).toMatchObject({
        "x-death": [{ "routing-keys": ["kern", "copy"] }],
        "x-original-cc": ["copy"],
      });
      expect(headers).not.toHaveProperty("CC");
    }
  });

  it("tells a routing key that is no UTF-8 byte for byte, with which --to-origin sends it back", () => {
    const routingKey = decodeText(Buffer.from("6bff2e7a", "hex"));
    const to = { exchange: "dlx", routingKey: undefined };
    const first = messageIn({ routingKey });
    const waited = messageIn({ properties: delayed(first, "q.retry-5ms").properties });
    for (const delivery of [first, waited]) {
      const dead = deadLetter(delivery, to, cause);
      expect(dead).toMatchObject({ exchange: "dlx", routingKey });
      expect(dead.properties.headers).toMatchObject({
        "x-original-routing-key": { string64: "a/8ueg==" },
        "x-death": [{ "routing-keys": [{ string64: "a/8ueg==" }] }],
      });
      expect(toOrigin(dead)).toMatchObject({ exchange: "logs", routingKey });
    }
  });

  it("keeps its first death", () => {
    const first = { queue: "older", reason: "expired" };
    const headers = { "x-death": [first], "x-first-death-queue": "older" };
    const to = { exchange: "", routingKey: "dead" };
    const { properties } = deadLetter(withHeaders(headers), to, cause);
    expect(properties.headers).toMatchObject({
      "x-death": [{ queue: "q" }, first],
      "x-first-death-queue": "older",
    });
  });
});
