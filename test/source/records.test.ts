// Records as messages: what falls back to the flags, what is refused and where, rabtap's form.
import { describe, expect, it } from "vitest";
import { decodeProperties } from "../../src/amqp/wire/properties.ts";
import { records } from "../../src/source/records.ts";
import { byRabtap } from "../support/rabtap-record.ts";
import { bodies, collect } from "../support/sources.ts";
import { encodeProperties } from "../support/encode-properties.ts";

const plan = { flag: "--json", paths: ["-"], toOrigin: false, speed: 0 };

describe("records", () => {
  it("say exchange, key, properties and body, and leave the rest to the flags", async () => {
    const flags = {
      exchange: "flags",
      routingKey: "flags",
      properties: { priority: 1, type: "flags", headers: { a: "flags", b: "flags" } },
    };
    const own =
      '{"exchange":"","routingKey":"own","properties":{"type":"own","headers":{"a":"own"}},"body":"b"}';
    const { messages } = await collect(records(plan), [`{}\n${own}\n`], { flags });
    expect(messages).toEqual([
      { ...flags, body: Buffer.alloc(0) },
      {
        exchange: "",
        routingKey: "own",
        properties: { priority: 1, type: "own", headers: { a: "own", b: "flags" } },
        body: Buffer.from("b"),
      },
    ]);
  });

  it("may have empty lines between them, Windows' newlines, and a byte order mark before them", async () => {
    const input = '\ufeff{"body":"a"}\r\n\n  \n{"body":"b"}';
    const collected = await collect(records(plan), [input]);
    expect(bodies(collected)).toEqual(["a", "b"]);
    expect(collected.refused).toEqual([]);
  });

  it("that are none are told with their line, counted from 1, empty ones too", async () => {
    const input = Buffer.concat([
      Buffer.from('\n{"body":"a"}\n{"boddy":"b"}\n{"body":\n'),
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      Buffer.from('{"body":"c"}'),
    ]);
    const collected = await collect(records(plan), [input]);
    expect(bodies(collected)).toEqual(["a", "c"]);
    expect(collected.refused).toEqual([
      'line 3 of stdin: unknown key "boddy"',
      "line 4 of stdin: expected JSON, one record a line (jq -c)",
      "line 5 of stdin: expected UTF-8",
    ]);
  });
});

describe("what rabtap writes", () => {
  const line = JSON.stringify(byRabtap);

  it("is taken as a record, without the properties that are not there", async () => {
    const { messages, refused } = await collect(records(plan), [line]);
    expect(refused).toEqual([]);
    expect(messages).toEqual([
      {
        exchange: "amq.topic",
        routingKey: "a.b",
        properties: {
          contentType: "text/plain",
          headers: { n: 5, text: "x", nested: { a: [1, "b"] } },
          deliveryMode: 2,
          correlationId: "c",
          timestamp: Date.UTC(2026, 10, 21, 9) / 1000,
          appId: "app",
        },
        body: Buffer.of(0, 0xff),
      },
    ]);
  });

  it("has no timestamp when Go's zero stands there, and a body of null is none", async () => {
    const record = { ...byRabtap, Timestamp: "0001-01-01T00:00:00Z", Body: null };
    const { messages } = await collect(records(plan), [JSON.stringify(record)]);
    expect(messages[0]?.properties).not.toHaveProperty("timestamp");
    expect(messages[0]?.body).toEqual(Buffer.alloc(0));
  });

  it("has no tags in its headers: what looks like one of ours is a table, and large numbers keep each digit", async () => {
    const headers =
      '{"t":{"int":"abc"},"l":[{"bytes":{"double":1}}],"table":{"table":{}},"n":9007199254740993,"i":{"int":-9007199254740993},"s":{"int":"5"},"large":{"int":"9007199254740993"}}';
    const input = line.replace(JSON.stringify(byRabtap.Headers), headers);
    const { messages, refused } = await collect(records(plan), [input]);
    expect(refused).toEqual([]);
    const wire = encodeProperties(messages[0]?.properties ?? {});
    expect(decodeProperties(wire).headers).toEqual({
      t: { table: { int: "abc" } },
      l: [{ table: { bytes: { table: { double: 1 } } } }],
      table: { table: { table: {} } },
      n: { int: "9007199254740993" },
      i: { table: { int: { int: "-9007199254740993" } } },
      s: { table: { int: "5" } },
      large: { table: { int: "9007199254740993" } },
    });
  });

  it("has headers no deeper than ours", async () => {
    const deep = `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    const input = line.replace(JSON.stringify(byRabtap.Headers), deep);
    const { refused } = await collect(records(plan), [input]);
    expect(refused).toEqual(['line 1 of stdin: "Headers": "a": nested deeper than 1000']);
  });

  it.each([
    ["Body", "!!", '"Body": expected base64'],
    ["Timestamp", "bogus", '"Timestamp": expected a time'],
  ])("is refused by the names that it has: %s", async (key, value, reason) => {
    const { refused } = await collect(records(plan), [
      JSON.stringify({ ...byRabtap, [key]: value }),
    ]);
    expect(refused).toEqual([expect.stringContaining(reason)]);
  });

  it("with a key that rabtap does not write is refused", async () => {
    const record = { ...byRabtap, Colour: "red" };
    const { refused } = await collect(records(plan), [JSON.stringify(record)]);
    expect(refused).toEqual(['line 1 of stdin: unknown key "Colour"']);
  });
});
