// Deliveries from bytes: all of one, wherever they were cut, and nothing that is not one.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DeliveryReader, type Found } from "../../../src/amqp/wire/deliveries.ts";
import { short } from "../../support/amqp-bytes.ts";
import { frame } from "../../support/amqp-frame.ts";
import { body, properties, short as name } from "../../support/arbitrary-message.ts";
import { deliveryFrames, type SentDelivery } from "../../support/delivery-frames.ts";
import { encodeProperties } from "../../support/encode-properties.ts";

const sent: fc.Arbitrary<SentDelivery> = fc.record({
  channel: fc.integer({ min: 1, max: 0xffff }),
  consumerTag: fc.constantFrom("amq.ctag-1", "amq.ctag-2", "", "größer"),
  deliveryTag: fc.maxSafeNat(),
  redelivered: fc.boolean(),
  exchange: name,
  routingKey: name,
  properties,
  body,
});

const hello: SentDelivery = {
  channel: 1,
  consumerTag: "amq.ctag-1",
  deliveryTag: 1,
  redelivered: false,
  exchange: "",
  routingKey: "hello",
  properties: { deliveryMode: 2 },
  body: Buffer.from("Hello World!"),
};

function readAll(bytes: Buffer): readonly Found[] {
  const reader = new DeliveryReader();
  const all: Found[] = [];
  for (let found = reader.read(bytes, 0); found; found = reader.read(bytes, found.end))
    all.push(found);
  return all;
}

function toSent({ channel, delivery }: Found) {
  const { fields, properties: raw, content } = delivery;
  return { ...fields, channel, raw: raw.raw.toString("hex"), body: content.toString("hex") };
}

function expected({ body: content, properties: wanted, ...others }: SentDelivery) {
  const raw = encodeProperties(wanted).toString("hex");
  return { ...others, raw, body: content.toString("hex") };
}

describe("a delivery", () => {
  it("is read as it was sent, one after the other, up to one that is not all there", () => {
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 6 }), sent, fc.nat(), (whole, last, cut) => {
        const end = Buffer.concat(deliveryFrames(last));
        const rest = end.subarray(0, cut % end.length);
        const bytes = Buffer.concat([...whole.flatMap((one) => deliveryFrames(one)), rest]);
        const found = readAll(bytes);
        expect(found.map(toSent)).toEqual(whole.map(expected));
        expect(found.at(-1)?.end ?? 0).toBe(bytes.length - rest.length);
      }),
    );
  });

  it("has the names of its own, whatever those before it had", () => {
    const names = ["a", "b", "a", "", "ab", "a", "é", "\udc80", "b"];
    const all = names.map((routingKey, i) => ({
      ...hello,
      consumerTag: `tag${i % 4}`,
      exchange: names.at(i - 3) ?? "",
      routingKey,
    }));
    const found = readAll(Buffer.concat(all.flatMap((one) => deliveryFrames(one))));
    expect(found.map(toSent)).toEqual(all.map(expected));
  });

  const [deliver = hello.body, header = hello.body, content = hello.body] = deliveryFrames(hello);
  const elsewhere = deliveryFrames({ ...hello, channel: 2 });
  it.each<readonly [string, readonly (Buffer | undefined)[]]>([
    ["nothing", []],
    ["a body in parts", deliveryFrames(hello, 2)],
    ["a header of another channel", [deliver, elsewhere[1], content]],
    ["a body of another channel", [deliver, header, elsewhere[2]]],
    ["a header of another class", [deliver, damaged(header, 8, 61), content]],
    ["a body of 4 GiB and more", [deliver, damaged(header, 14, 1), content]],
    ["a body that is longer than the header says", [deliver, damaged(header, 18, 11), content]],
    ["an empty part of a body", [deliver, header, frame(3, 1, Buffer.alloc(0)), content]],
    ["a consumer tag beyond the method", [damaged(deliver, 11, 200), header, content]],
    ["a key that ends before the method", [damaged(deliver, -7, 1), header, content]],
    ["a frame without its end", [deliver, header, damaged(content, -1, 0)]],
    ["a header too short for its properties' flags", [deliver, frame(2, 1, short(60)), content]],
    ["a header without properties' flags", [deliver, frame(2, 1, header.subarray(7, 19)), content]],
    ["a message that was fetched", [damaged(deliver, 10, 71), header, content]],
    ["a heartbeat", [frame(8, 0, Buffer.alloc(0)), deliver, header, content]],
    ["no header", [deliver, content, header]],
  ])("is not read from %s", (_, frames) => {
    const bytes = Buffer.concat(frames.filter((one) => one !== undefined));
    expect(new DeliveryReader().read(bytes, 0)).toBeUndefined();
  });

  it("was redelivered when the lowest bit says so: others have no meaning", () => {
    const bits = [0, 1, 2, 3].map((octet) =>
      Buffer.concat([damaged(deliver, 12 + hello.consumerTag.length + 8, octet), header, content]),
    );
    const found = bits.map((bytes) => new DeliveryReader().read(bytes, 0));
    expect(found.map((one) => one?.delivery.fields.redelivered)).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  it("is not read past the end, whatever the bytes are", () => {
    const whole = Buffer.concat(deliveryFrames(hello));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, end) => {
        const bytes = damaged(whole, at, byte).subarray(0, end);
        expect(new DeliveryReader().read(bytes, 0)?.end ?? 0).toBeLessThanOrEqual(end);
      }),
      { numRuns: 2000 },
    );
  });
});

/** A copy in which one byte is another; a place below zero counts from the end. */
function damaged(bytes: Buffer, at: number, byte: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[(at + copy.length) % copy.length] = byte;
  return copy;
}
