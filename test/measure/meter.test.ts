// What a meter counts, by clocks of the test.
import { describe, expect, it } from "vitest";
import type { Message, Properties } from "../../src/message/message.ts";
import { readSentAt, stamp } from "../../src/message/sent-at.ts";
import { Meter } from "../../src/measure/meter.ts";
import { messageIn } from "../support/message-in.ts";

const message: Message = {
  exchange: "",
  routingKey: "k",
  properties: {},
  body: Buffer.from("body"),
};

function meterAt(clocks: { steady?: number; wall?: number }): Meter {
  return new Meter({ steady: () => clocks.steady ?? 0, wall: () => clocks.wall ?? 0 });
}

describe("a publisher's meter", () => {
  it("counts messages, bytes, and microseconds to the confirm", () => {
    const clocks = { steady: 100 };
    const meter = meterAt(clocks);
    const since = meter.now();
    clocks.steady = 100.25;
    meter.completed(10, since);
    meter.completed(5, since);
    expect(meter).toMatchObject({ messages: 2, bytes: 15 });
    expect(meter.latency).toMatchObject({ count: 2, max: 250 });
  });

  it("knows no latency of messages that were only handed over", () => {
    const meter = meterAt({ steady: 100 });
    meter.completed(10, undefined);
    expect(meter.messages).toBe(1);
    expect(meter.latency.count).toBe(0);
  });
});

describe("a consumer's meter", () => {
  it("counts messages and bytes, and the microseconds since the header says that they were sent", () => {
    const meter = meterAt({ wall: 5_000_000 });
    meter.received([messageIn(stamp(message, 4_999_000)), messageIn(message)]);
    expect(meter).toMatchObject({ messages: 2, bytes: 8, early: 0 });
    expect(meter.latency).toMatchObject({ count: 1, max: 1000 });
  });

  it("counts messages from the future, whose latency is 0", () => {
    const meter = meterAt({ wall: 5_000_000 });
    meter.received([messageIn(stamp(message, 5_000_001))]);
    expect(meter.early).toBe(1);
    expect(meter.latency).toMatchObject({ count: 1, max: 0 });
  });
});

describe("the header", () => {
  it("is an int64 beside the other headers and properties, and says when the message was sent", () => {
    const properties = { messageId: "m", headers: { a: "b" } };
    const stamped = stamp({ ...message, properties }, 1_767_225_600_000_001);
    expect(stamped.properties).toEqual({
      messageId: "m",
      headers: { a: "b", "x-sent-at": { int: "1767225600000001" } },
    });
    expect(readSentAt(stamped.properties)).toBe(1_767_225_600_000_001);
    expect(stamped.body).toBe(message.body);
  });

  it.each<[string, Properties]>([
    ["no headers", {}],
    ["other headers", { headers: { a: "b" } }],
    ["a text", { headers: { "x-sent-at": "yesterday" } }],
    ["a tagged value that is no number", { headers: { "x-sent-at": { int: "x" } } }],
    ["a time before 1970", { headers: { "x-sent-at": { int: "-5" } } }],
    ["a time beyond all times", { headers: { "x-sent-at": { int: "9223372036854775807" } } }],
    ["nothing", { headers: { "x-sent-at": null } }],
    ["a list", { headers: { "x-sent-at": [1] } }],
    ["a table", { headers: { "x-sent-at": { at: 5 } } }],
  ])("says nothing when it is %s", (_what, properties) => {
    expect(readSentAt(properties)).toBeUndefined();
  });

  it("may be a plain number, as other programs write it", () => {
    expect(readSentAt({ headers: { "x-sent-at": 12 } })).toBe(12);
  });
});
