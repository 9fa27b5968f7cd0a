// The record: what it looks like, that it loses nothing, and that it says what is wrong with a bad one.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeProperties } from "../../src/amqp/wire/properties.ts";
import { parseTagged } from "../../src/message/exact-json.ts";
import {
  readRecord,
  recordLine,
  savedNames,
  toRecord,
  toRecordWithoutBody,
} from "../../src/message/record.ts";
import { escapeLine } from "../../src/ui/escape.ts";
import { body, properties } from "../support/arbitrary-message.ts";
import { encodeProperties } from "../support/encode-properties.ts";

const receivedAt = Date.UTC(2026, 10, 21, 9, 0, 0, 123);
const delivery = {
  exchange: "logs",
  routingKey: "kern.critical",
  redelivered: false,
  deliveryTag: 1,
  properties: {
    contentType: "text/plain",
    deliveryMode: 2,
    headers: { n: { int: "9007199254740993" }, x: "text" },
  },
  body: Buffer.from("héllo"),
};

const read = (line: string) => readRecord(parseTagged(line));

/** The key under which a record holds a body of so many MiB of this text, and whether it comes back as it was. */
function trip(text: string, size: number): readonly [string, boolean] {
  const sent = Buffer.alloc(size * 1024 * 1024, text);
  const line = toRecord({ ...delivery, body: sent }, receivedAt);
  const key = line.includes('"bodyBase64":') ? "bodyBase64" : "body";
  return [key, read(line).body?.equals(sent) ?? false];
}

const nested = (levels: number): string =>
  `{"properties":{"headers":{"a":${"[".repeat(levels)}${"]".repeat(levels)}}}}`;

describe("a record", () => {
  it("looks as the README shows it", () => {
    expect(toRecord(delivery, receivedAt)).toBe(
      '{"exchange":"logs","routingKey":"kern.critical","redelivered":false,"deliveryTag":1,' +
        '"receivedAt":"2026-11-21T09:00:00.123Z","properties":{"contentType":"text/plain","deliveryMode":2,' +
        '"headers":{"n":{"int":"9007199254740993"},"x":"text"}},"body":"héllo"}',
    );
  });

  it("holds bytes that are no UTF-8 in base64", () => {
    const line = toRecord({ ...delivery, body: Buffer.of(0xff, 0x00) }, receivedAt);
    expect(line).toContain('"bodyBase64":"/wA="');
    expect(line).not.toContain('"body":');
  });

  it("holds a text in base64 only when as JSON it fits no string", () => {
    expect(trip("\0", 86)).toEqual(["bodyBase64", true]);
    expect(trip("\0", 5)).toEqual(["body", true]);
    expect(trip("é", 90)).toEqual(["body", true]);
  });

  it.each(["output", "handler"] as const)(
    "that no string can hold is no defect, but a failure of the %s",
    (exit) => {
      const large = { ...delivery, body: Buffer.alloc(2 ** 29) };
      const message = "message 1 is too large for a record: its body has 536870912 bytes";
      const failure = expect.objectContaining({ exit, message });
      expect(() => recordLine(large, exit)).toThrow(failure);
    },
  );

  it("keeps a byte order mark at the start of a body", () => {
    const withMark = Buffer.from("\ufeffhello");
    expect(read(toRecord({ ...delivery, body: withMark }, receivedAt)).body).toEqual(withMark);
  });

  it("leaves out a body that is kept in a file beside it, whose name it does not choose", () => {
    expect(toRecordWithoutBody(delivery, receivedAt)).not.toContain("body");
    expect(savedNames(12)).toEqual({ record: "0000000012.json", body: "0000000012.body" });
  });

  it("keeps any message, on one line without a character that acts on a terminal", () => {
    fc.assert(
      fc.property(properties, body, (some, content) => {
        const wire = encodeProperties(some);
        const sent = { ...delivery, properties: decodeProperties(wire), body: content };
        const line = toRecord(sent, receivedAt);
        expect(line).toBe(escapeLine(line));
        const again = read(line);
        expect(again.body).toEqual(content);
        expect(encodeProperties(again.properties)).toEqual(wire);
      }),
      { numRuns: 1000 },
    );
  });
});

it("a record keeps -0", () => {
  const wire = encodeProperties({ headers: { d: { double: "-0" }, f: { float: "-0" } } });
  const line = toRecord({ ...delivery, properties: decodeProperties(wire) }, receivedAt);
  expect(encodeProperties(read(line).properties)).toEqual(wire);
});

describe("reading a record", () => {
  it("leaves what is absent to the flags", () => {
    expect(read("{}")).toEqual({ properties: {}, body: undefined, receivedAt: undefined });
  });

  it("keeps each digit of a number that a double cannot hold", () => {
    const line =
      '{"properties":{"headers":{"n":9007199254740993,"t":"9007199254740993"},"timestamp":18446744073709551615}}';
    expect(read(line).properties).toEqual({
      headers: { n: { int: "9007199254740993" }, t: "9007199254740993" },
      timestamp: "18446744073709551615",
    });
  });

  it("takes a whole number of a typed header as number, too, however large", () => {
    const line =
      '{"properties":{"headers":{"n":{"int":9007199254740993},"t":{"timestamp":18446744073709551615}}}}';
    const wire = encodeProperties(read(line).properties);
    expect(decodeProperties(wire).headers).toEqual({
      n: { int: "9007199254740993" },
      t: { timestamp: "18446744073709551615" },
    });
  });

  it("takes a text as it would be received, so that what the broker returns is known again", () => {
    const { routingKey } = read(String.raw`{"routingKey":"\udcff\udcc3\udca9"}`);
    expect(routingKey).toBe("\udcffé");
  });

  it.each(["0", "+600000", "-0", "007", "4294967296", "315360000000"])(
    "takes the expiration %s, as every RabbitMQ does",
    (expiration) => {
      const record = read(JSON.stringify({ properties: { expiration } }));
      expect(record.properties).toEqual({ expiration });
    },
  );

  it("takes headers as deep as they can be received, and no deeper", () => {
    const wire = encodeProperties(read(nested(1000)).properties);
    expect(encodeProperties(decodeProperties(wire))).toEqual(wire);
    for (const levels of [1001, 10_000, 100_000])
      expect(() => read(nested(levels))).toThrow('"headers": "a": nested deeper than 1000');
  });

  it("takes a timestamp as a time, too, also in a header", () => {
    const line =
      '{"properties":{"timestamp":"2026-01-01T00:00:00Z","headers":{"t":{"timestamp":"2026-01-01T00:00:00Z"}}}}';
    const wire = encodeProperties(read(line).properties);
    expect(decodeProperties(wire)).toEqual({
      timestamp: 1767225600,
      headers: { t: { timestamp: 1767225600 } },
    });
  });

  it.each([
    ["[]", "expected an object"],
    ["5", "expected an object"],
    ["{", "expected JSON"],
    ["", "expected JSON"],
    ['{"boddy":""}', 'unknown key "boddy"'],
    ['{"body":"","bodyBase64":""}', '"body" excludes "bodyBase64"'],
    ['{"body":{}}', '"body": expected text'],
    [
      '{"body":"\\ud800"}',
      '"body": expected text that is valid Unicode; bytes belong into "bodyBase64"',
    ],
    ['{"bodyBase64":"*"}', '"bodyBase64": expected base64'],
    ['{"bodyBase64":"a="}', '"bodyBase64": expected base64'],
    ['{"exchange":1}', '"exchange": expected text'],
    [
      `{"routingKey":"${"x".repeat(256)}"}`,
      '"routingKey": longer than the 255 bytes that AMQP allows',
    ],
    [
      `{"routingKey":"${"é".repeat(128)}"}`,
      '"routingKey": longer than the 255 bytes that AMQP allows',
    ],
    ['{"receivedAt":"soon"}', '"receivedAt": expected a time such as 2026-01-01T00:00:00.000Z'],
    ['{"properties":{"colour":"red"}}', 'unknown key "colour" in "properties"'],
    ['{"properties":{"__proto__":"x"}}', 'unknown key "__proto__" in "properties"'],
    ['{"properties":{"priority":256}}', '"priority": expected a whole number from 0 to 255'],
    [
      '{"properties":{"deliveryMode":"2"}}',
      '"deliveryMode": expected a whole number from 0 to 255',
    ],
    ['{"properties":{"timestamp":-1}}', '"timestamp": expected whole seconds since 1970'],
    [
      '{"properties":{"timestamp":{"int":"5","x":1}}}',
      '"timestamp": expected whole seconds since 1970',
    ],
    [
      '{"properties":{"headers":{"a":{"timestamp":{"int":"5","x":1}}}}}',
      '"headers": "a": expected a whole number from',
    ],
    [
      '{"properties":{"timestamp":"18446744073709551616"}}',
      '"timestamp": expected at most 18446744073709551615 seconds',
    ],
    [
      '{"properties":{"headers":{"a":{"int":"x"}}}}',
      '"headers": "a": expected a whole number from',
    ],
    [
      '{"properties":{"headers":{"a":{"timestamp":"foo 5"}}}}',
      '"headers": "a": expected a time such as',
    ],
    ['{"properties":{"headers":[]}}', '"headers": expected an object'],
    [String.raw`{"routingKey":"\ud800"}`, '"routingKey": expected text that is valid Unicode'],
    [
      String.raw`{"properties":{"headers":{"a":"\udcff"}}}`,
      '"headers": "a": expected text that is valid Unicode',
    ],
    [
      String.raw`{"properties":{"headers":{"\ud800":1}}}`,
      '"headers": expected names that are valid Unicode',
    ],
    ['{"properties":{"headers":{"a":1e400}}}', '"headers": "a": expected a number, neither NaN'],
    [
      '{"properties":{"headers":{"a":[{"double":"NaN"}]}}}',
      '"headers": "a": expected a number, neither NaN nor infinite',
    ],
    ['{"properties":{"headers":{"a":{"float":1e39}}}}', '"headers": "a": expected a number,'],
    ['{"properties":{"expiration":"1.5"}}', '"expiration": expected milliseconds as text'],
    ['{"properties":{"expiration":"-1"}}', '"expiration": expected milliseconds as text'],
    ['{"properties":{"expiration":"315360000001"}}', '"expiration": expected milliseconds as text'],
    ['{"properties":{"timestamp":"foo 5"}}', '"timestamp": expected a time such as'],
    ['{"receivedAt":"foo 5"}', '"receivedAt": expected a time such as'],
  ])("of %s says: %s", (line, message) => {
    expect(() => read(line)).toThrow(message);
  });
});
