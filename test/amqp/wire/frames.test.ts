// Messages as frames: what amqplib, which reads frames as the specification says, makes of them.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Framer } from "../../../src/amqp/wire/frames.ts";
import { decodeProperties } from "../../../src/amqp/wire/properties.ts";
import type { Message, Properties } from "../../../src/message/message.ts";
import { body, properties } from "../../support/arbitrary-message.ts";
import { encodeProperties } from "../../support/encode-properties.ts";

const CHANNEL = 0x102;

/** One frame, taken apart by the book (AMQP 0-9-1, 2.3.5). */
interface Frame {
  readonly type: number;
  readonly channel: number;
  readonly payload: Buffer;
}

function parse(bytes: Buffer): readonly Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = bytes.readUInt32BE(at + 3);
    const end = at + 7 + size;
    expect(bytes[end]).toBe(0xce);
    const payload = bytes.subarray(at + 7, end);
    frames.push({ type: bytes.readUInt8(at), channel: bytes.readUInt16BE(at + 1), payload });
    at = end + 1;
  }
  return frames;
}

/** The messages that frames say, each with whether it is mandatory. */
function read(frames: readonly Frame[]): readonly (Message & { readonly mandatory: boolean })[] {
  const messages: ReturnType<typeof readMethod>[] = [];
  for (const { type, channel, payload } of frames) {
    expect(channel).toBe(CHANNEL);
    if (type === 1) messages.push(readMethod(payload));
    const message = messages.at(-1);
    if (!message) throw new Error("a frame before the first method");
    if (type === 2) {
      expect(payload.subarray(0, 4)).toEqual(Buffer.of(0, 60, 0, 0));
      message.wanted = Number(payload.readBigUInt64BE(4));
      Object.assign(message, { properties: decodeProperties(payload.subarray(12)) });
    }
    if (type === 3) Object.assign(message, { body: Buffer.concat([message.body, payload]) });
  }
  for (const { body: found, wanted } of messages) expect(found.length).toBe(wanted);
  return messages;
}

const noProperties: Properties = {};

function readMethod(payload: Buffer) {
  expect(payload.subarray(0, 6)).toEqual(Buffer.of(0, 60, 0, 40, 0, 0));
  const [exchange, rest] = readShort(payload.subarray(6));
  const [routingKey, flags] = readShort(rest);
  const mandatory = flags.readUInt8(0) === 1;
  return {
    exchange,
    routingKey,
    properties: noProperties,
    body: Buffer.alloc(0),
    mandatory,
    wanted: -1,
  };
}

function readShort(bytes: Buffer): readonly [string, Buffer] {
  const end = 1 + bytes.readUInt8(0);
  return [bytes.toString("utf8", 1, end), bytes.subarray(end)];
}

/** Encodes messages, and reads them again. What is written must not change afterwards. */
function roundTrip(messages: readonly Message[], frameMax: number, flushEvery: number) {
  const written: { readonly bytes: Buffer; readonly copy: Buffer }[] = [];
  const framer = new Framer(CHANNEL, frameMax, (bytes) => {
    written.push({ bytes, copy: Buffer.from(bytes) });
  });
  for (const [i, message] of messages.entries()) {
    framer.add(message, i % 2 === 1);
    if (i % flushEvery === 0) framer.flush();
  }
  framer.flush();
  for (const { bytes, copy } of written) expect(bytes.equals(copy)).toBe(true);
  return parse(Buffer.concat(written.map(({ copy }) => copy)));
}

/** A message as text, which is compared faster than its bytes one by one. */
function wire({ exchange, routingKey, properties: some, body: content }: Message) {
  const header = encodeProperties(some).toString("latin1");
  return { exchange, routingKey, header, body: content.toString("latin1") };
}

const message: fc.Arbitrary<Message> = fc.record({
  exchange: fc.string({ maxLength: 20 }),
  routingKey: fc.string({ unit: "binary", maxLength: 60 }),
  properties,
  body: fc.oneof(
    { arbitrary: body, weight: 9 },
    fc.nat(40_000).map((size) => Buffer.alloc(size, "0123456789")),
  ),
});

describe("a framer", () => {
  it("writes any messages, whatever the size of a frame and whenever it is flushed", () => {
    const messages = fc.array(message, { maxLength: 12 });
    const frameMax = fc.constantFrom(0, 8192, 131_072);
    fc.assert(
      fc.property(messages, frameMax, fc.integer({ min: 1, max: 10 }), (sent, limit, every) => {
        const frames = roundTrip(sent, limit, every);
        const longest = Math.max(0, ...frames.map(({ payload }) => payload.length + 8));
        if (limit > 0) expect(longest).toBeLessThanOrEqual(limit);
        const received = read(frames);
        expect(received.map(wire)).toEqual(sent.map(wire));
        expect(received.map((found) => found.mandatory)).toEqual(sent.map((_, i) => i % 2 === 1));
      }),
      { numRuns: 150 },
    );
  });

  it("keeps the headers of each message, also where two share a table", () => {
    const plain = { exchange: "", routingKey: "k", body: Buffer.from("x") };
    const [a, b] = [{ n: 1 }, { n: 2 }];
    const sent = [a, a, b, a, undefined].map((headers, i) => ({
      ...plain,
      properties: { messageId: `${i}`, ...(headers && { headers }) },
    }));
    const received = read(roundTrip(sent, 131_072, 1));
    expect(received.map(({ properties: { headers } }) => headers?.["n"])).toEqual([
      1,
      1,
      2,
      1,
      undefined,
    ]);
  });

  it.each([
    ["a key", { routingKey: "k".repeat(256) }, "the routing key is longer than 255 bytes"],
    ["a key of wide characters", { routingKey: "é".repeat(128) }, "the routing key is longer"],
    ["a property", { properties: { type: "t".repeat(256) } }, "the type is longer than 255 bytes"],
    [
      "headers",
      { properties: { headers: { h: "h".repeat(10_000) } } },
      "the properties are larger than one frame (--frame-max)",
    ],
  ])("writes nothing of a message of which %s is too long", (_, wrong, reason) => {
    const written: Buffer[] = [];
    const framer = new Framer(CHANNEL, 8192, (bytes) => written.push(Buffer.from(bytes)));
    const good = { exchange: "", routingKey: "k", properties: {}, body: Buffer.from("good") };
    framer.add(good, false);
    expect(() => framer.add({ ...good, ...wrong }, false)).toThrow(reason);
    framer.add(good, false);
    framer.flush();
    const received = read(parse(Buffer.concat(written)));
    expect(received.map(({ body: found }) => found.toString())).toEqual(["good", "good"]);
  });
});
