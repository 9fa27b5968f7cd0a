// The place in a stream: where a subscription begins, and begins again.
import { describe, expect, it } from "vitest";
import { type Offset, StreamPosition } from "../../../src/amqp/consume/stream.ts";
import { messageIn } from "../../support/message-in.ts";

const NOW = 1_800_000_000_123;
const at = (deliveryTag: number, offset: number) =>
  messageIn({
    deliveryTag,
    properties: { headers: { "x-stream-offset": { int: `${offset}` } } },
  });

describe("a place in a stream", () => {
  it.each<[Offset | undefined, unknown]>([
    [undefined, undefined],
    ["first", "first"],
    ["last", "last"],
    ["next", "next"],
    [{ number: 2n ** 62n }, { int: "4611686018427387904" }],
    [{ seconds: 1_767_225_600 }, { timestamp: 1_767_225_600 }],
    [{ agoMs: 600_000 }, { timestamp: 1_799_999_400 }],
    [{ agoMs: 1e15 }, { timestamp: 0 }],
  ])("begins at %o as %o", (start, argument) => {
    expect(new StreamPosition(start).argument(NOW)).toEqual(argument);
  });

  it("goes on behind the last message up to which all is settled", () => {
    const position = new StreamPosition("first");
    for (let tag = 1; tag <= 4; tag++) position.arrived(at(tag, tag + 99));
    expect([position.settled, position.argument(NOW)]).toEqual([undefined, "first"]);
    position.settledTo(2);
    expect([position.settled, position.argument(NOW)]).toEqual([101n, { int: "102" }]);
    position.detach();
    // New channel, new tags: the old ones mean nothing any more.
    position.settledTo(4);
    expect(position.settled).toBe(101n);
    position.arrived(at(1, 102));
    position.settledTo(1);
    expect(position.settled).toBe(102n);
  });

  it("goes on behind what was settled on arrival; the next run, behind what was shown", () => {
    const position = new StreamPosition("first");
    for (let tag = 1; tag <= 3; tag++) position.arrived(at(tag, tag - 1));
    position.settledOnArrival();
    expect([position.settled, position.argument(NOW)]).toEqual([undefined, { int: "3" }]);
    position.shown(at(2, 1));
    expect(position.settled).toBeUndefined();
    position.shown(at(1, 0));
    expect(position.settled).toBe(1n);
    position.arrived(at(4, 3));
    // It was not settled yet, and comes again; the third is still to be shown.
    position.detach();
    expect([position.settled, position.argument(NOW)]).toEqual([1n, { int: "3" }]);
    position.shown(at(3, 2));
    expect(position.settled).toBe(2n);
  });

  it("goes on at the first message in hand when none is settled", () => {
    const position = new StreamPosition("next");
    expect(position.argument(NOW)).toBe("next");
    for (let tag = 1; tag <= 3; tag++) position.arrived(at(tag, tag + 99));
    position.detach();
    expect(position.argument(NOW)).toEqual({ int: "100" });
  });

  it("so long ago stays there when nothing has come", () => {
    const position = new StreamPosition({ agoMs: 600_000 });
    for (const later of [0, 60_000])
      expect(position.argument(NOW + later)).toEqual({ timestamp: 1_799_999_400 });
  });

  it.each([undefined, "next", "last"] as const)(
    "that began at %s goes on at that time when nothing has come",
    (start) => {
      const position = new StreamPosition(start);
      expect(position.argument(NOW)).toBe(start);
      position.detach();
      expect(position.argument(NOW + 60_000)).toEqual({ timestamp: 1_800_000_000 });
    },
  );

  it.each<[Offset, unknown]>([
    ["first", "first"],
    [{ number: 7n }, { int: "7" }],
    [{ seconds: 1_767_225_600 }, { timestamp: 1_767_225_600 }],
  ])("that began at %o begins there again when nothing has come", (start, argument) => {
    const position = new StreamPosition(start);
    position.argument(NOW);
    position.detach();
    expect(position.argument(NOW + 60_000)).toEqual(argument);
  });

  it("has none for messages of other queues, whatever their headers say", () => {
    const position = new StreamPosition("first");
    position.arrived(messageIn());
    for (const field of [5, "5", null, { timestamp: 5 }, { int: 5 }])
      position.arrived(messageIn({ properties: { headers: { "x-stream-offset": field } } }));
    position.settledTo(10);
    expect(position.settled).toBeUndefined();
  });
});
