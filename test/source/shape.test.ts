// What is done to messages on their way: templates, sizes, compression, ids and times.
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ValueError } from "../../src/errors.ts";
import { openSource } from "../../src/source/index.ts";
import type { ShapePlan } from "../../src/source/shape.ts";
import { resize } from "../../src/source/resize.ts";
import { checkTemplates, expand, expandBytes } from "../../src/source/template.ts";
import { bodies, collect, envelope } from "../support/sources.ts";

const world = { n: 7, env: { HOME: "/home/me", BRACES: "{{n}}", BYTES: "e\udcff" } };
const plain: ShapePlan = { rate: undefined, template: false, compress: undefined, stamps: [] };

const facts = {
  what: "messages",
  brings: "body",
  skippable: false,
} as const;

const texts = (text: string, times = 1, size?: number) =>
  ({
    kind: "message",
    flag: "--message",
    paths: [],
    ...facts,
    text,
    size,
    repeat: { times, intervalMs: 0, pubName: undefined },
  }) as const;

const lines = {
  kind: "lines",
  flag: "--lines",
  paths: ["-"],
  ...facts,
  delimiter: Buffer.from("\n"),
  keyDelimiter: undefined,
} as const;

const sized = (text: string, size: number) =>
  resize({ ...envelope, body: Buffer.from(text) }, size).body.toString();

it.each([
  [undefined, 3 * "2:hello".length],
  [100, 300],
])("a text with --message-size %s is counted by the bytes that are sent", async (size, bytes) => {
  const { progress } = await collect(openSource(texts("hello", 3, size), plain));
  expect(progress).toEqual({ done: 3, bytes, total: 3 });
});

describe("a template", () => {
  it("has words for the number, an id, the time, random numbers and the environment", () => {
    expect(expand("n={{n}} { {n} } {{ n }}", world)).toBe("n=7 { {n} } 7");
    expect(expand("{{uuid}}", world)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(Date.parse(expand("{{now}}", world))).toBeLessThanOrEqual(Date.now());
    expect(expand("{{env HOME}}", world)).toBe("/home/me");
  });

  it("picks whole numbers, both ends included, and negative ones", () => {
    const picked = new Set(Array.from({ length: 300 }, () => expand("{{random -1 1}}", world)));
    expect([...picked].toSorted()).toEqual(["-1", "0", "1"]);
  });

  it("does not read what it has put in as a template", () => {
    expect(expand("{{env BRACES}}", world)).toBe("{{n}}");
  });

  it.each([
    ["{{count}}", "{{count}}: no such word; there are n, uuid, now, random, env"],
    ["{{constructor}}", "{{constructor}}: no such word"],
    ["{{UUID}}", "{{UUID}}: no such word"],
    ["{{now()}}", "{{now()}}: no such word"],
    ["{{n+1}}", "{{n+1}}: no such word"],
    ["{{n 5}}", "{{n 5}}: expected 0 arguments"],
    ["{{random 9 1}}", "expected two whole numbers below 2^53, the smaller one first"],
    ["{{random 1 x}}", "expected two whole numbers"],
    ["{{env NOPE}}", "{{env NOPE}}: there is no such environment variable"],
    ["{{env BYTES}}", "{{env BYTES}}: not UTF-8 text"],
  ])("%s is refused", (text, message) => {
    expect(() => expand(text, world)).toThrow(message);
    for (const h of [text, [text], { deep: [{ table: { int: text } }] }])
      expect(() => checkTemplates([], { h }, world.env)).toThrow(`--template: `);
  });

  it("leaves alone what is none: JSON, single braces, bytes that are no text", () => {
    fc.assert(
      fc.property(
        // A text in JSON may hold a word.
        fc.json().filter((json) => !json.includes("{{")),
        (json) => {
          expect(expand(json, world)).toBe(json);
        },
      ),
    );
    const bytes = Buffer.concat([
      Buffer.of(0xff, 0x00),
      Buffer.from("{{env HOME}}é"),
      Buffer.of(0x80),
    ]);
    const expanded = Buffer.concat([
      Buffer.of(0xff, 0x00),
      Buffer.from("/home/meé"),
      Buffer.of(0x80),
    ]);
    expect(expandBytes(bytes, world)).toEqual(expanded);
  });

  it.each(["GRÜN", "Città", "ΧΠ", "\u{1f600}"])(
    "finds a variable whose name is not ASCII in bytes, too: %s",
    (name) => {
      const some = { n: 1, env: { [name]: "grün" } };
      expect(expandBytes(Buffer.from(`x {{env ${name}}} y`), some).toString()).toBe("x grün y");
      expect(expand(`x {{env ${name}}} y`, some)).toBe("x grün y");
    },
  );

  it.each(["env\u00a0HOME", "n\u00a0", "env H\u2003"])(
    "means the same in texts and in bytes: {{%s}}",
    (word) => {
      expect(() => expand(`{{${word}}}`, world)).toThrow(ValueError);
      expect(() => expandBytes(Buffer.from(`{{${word}}}`), world)).toThrow(ValueError);
    },
  );

  it("is expanded for each message: body, key and texts of headers, at any depth", async () => {
    const flags = {
      ...envelope,
      routingKey: "k.{{n}}",
      properties: {
        headers: { h: "h{{n}}", n: 5, CC: ["cc.{{n}}"], j: { table: { int: "{{n}}" } } },
        type: "{{n}}",
      },
    };
    const source = openSource(texts("m{{n}}", 2), { ...plain, template: true });
    const collected = await collect(source, [], { flags });
    expect(bodies(collected)).toEqual(["1:m1", "2:m2"]);
    expect(collected.messages.map(({ routingKey }) => routingKey)).toEqual(["k.1", "k.2"]);
    const [first] = collected.messages;
    expect(first?.properties).toEqual({
      headers: { h: "h1", n: 5, CC: ["cc.1"], j: { table: { int: "1" } } },
      type: "{{n}}",
    });
  });

  it("has no number for what is skipped", async () => {
    const source = openSource(lines, { ...plain, template: true });
    const input = ["a{{n}}\n{{nope}}\nb{{n}}\n"];
    expect(bodies(await collect(source, input))).toEqual(["a1", "b2"]);
  });

  it.each([
    ["255 bytes", "x".repeat(255), []],
    ["256 bytes", "x".repeat(254) + "é", ["message 1: the routing key is longer than 255 bytes"]],
  ])("may have made a key of %s", async (_, KEY, refused) => {
    const source = openSource(texts("m"), { ...plain, template: true });
    const flags = { ...envelope, routingKey: "{{env KEY}}" };
    expect((await collect(source, [], { env: { KEY }, flags })).refused).toEqual(refused);
  });

  it("is no template unless asked for", async () => {
    expect(bodies(await collect(openSource(texts("{{n}}"), plain)))).toEqual(["{{n}}"]);
  });
});

describe("a size", () => {
  it("pads, cuts between two characters, and pads again what was cut short", () => {
    expect(sized("ab", 15)).toBe("ab0123456789012");
    expect(sized("abc", 2)).toBe("ab");
    expect(sized("añb", 2)).toBe("a0");
    expect(sized("🐇", 3)).toBe("012");
    expect(sized("abc", 3)).toBe("abc");
    expect(sized("abc", 0)).toBe("");
    // No UTF-8: there are no characters to keep whole.
    const bytes = resize({ ...envelope, body: Buffer.alloc(9, 0x80) }, 5);
    expect(bytes.body).toEqual(Buffer.alloc(5, 0x80));
  });

  it("counts the prefix, and what a template has become", async () => {
    const source = openSource(texts("{{env LONG}}", 2, 6), { ...plain, template: true });
    const env = { LONG: "x".repeat(100) };
    expect(bodies(await collect(source, [], { env }))).toEqual(["1:xxxx", "2:xxxx"]);
  });
});

describe("compression", () => {
  it.each([
    ["gzip", gunzipSync],
    ["deflate", inflateSync],
    ["br", brotliDecompressSync],
  ] as const)("%s: small and large bodies come out again, and say how", async (compress, undo) => {
    for (const text of ["", "small", "large".repeat(100_000)]) {
      const { messages } = await collect(openSource(texts(text), { ...plain, compress }));
      const [message] = messages;
      expect(message?.properties.contentEncoding).toBe(compress);
      expect(undo(message?.body ?? "").toString() === text).toBe(true);
    }
  });

  it("leaves alone what is encoded already", async () => {
    const flags = { ...envelope, properties: { contentEncoding: "zstd" } };
    const source = openSource(texts("x"), { ...plain, compress: "gzip" });
    const { messages } = await collect(source, [], { flags });
    expect(messages).toEqual([{ ...flags, body: Buffer.from("x") }]);
  });
});

describe("stamps", () => {
  it("give each message an id of its own and the time, unless it has them", async () => {
    const stamps = ["messageId", "timestamp"] as const;
    const source = openSource(texts("x", 2), { ...plain, stamps });
    const { messages } = await collect(source);
    const ids = messages.map(({ properties }) => properties.messageId);
    expect(new Set(ids).size).toBe(2);
    expect(messages[0]?.properties.timestamp).toBeCloseTo(Date.now() / 1000, -2);
    const properties = { messageId: "own", timestamp: 5 };
    const own = await collect(source, [], { flags: { ...envelope, properties } });
    expect(own.messages[0]?.properties).toEqual(properties);
  });
});

describe("a rate", () => {
  it("loses no message and keeps their order", async () => {
    const source = openSource(lines, { ...plain, rate: 10_000 });
    expect(bodies(await collect(source, ["a\nb\n", "c\nd"]))).toEqual(["a", "b", "c", "d"]);
  });
});
