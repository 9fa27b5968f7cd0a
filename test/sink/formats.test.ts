// What each format makes of a message, to the byte.
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Delivery } from "../../src/message/message.ts";
import { openSink } from "../../src/sink/index.ts";
import type { Paint } from "../../src/ui/color.ts";
import { formatSize } from "../../src/ui/size.ts";
import { messageIn } from "../support/message-in.ts";
import { pretendedOutput } from "../support/pretended-output.ts";

interface Look {
  readonly isTerminal?: boolean;
  readonly painter?: Paint;
  readonly verbose?: boolean;
}

async function show(format: string, message: Delivery, look: Look = {}): Promise<string> {
  const { isTerminal = false, painter = (_color, text) => text, verbose = false } = look;
  const output = pretendedOutput(isTerminal);
  const sink = await openSink({ format, verbose }, { output, painter: async () => painter });
  await sink([message]);
  return output.bytes.toString();
}

const paint: Paint = (color, text) => `<${color}>${text}</>`;

describe("hex", () => {
  it("looks as hexdump -C writes it", async () => {
    const body = Buffer.from(Array.from({ length: 20 }, (_, i) => i + 60));
    expect(await show("hex", messageIn({ body }))).toBe(
      [
        "00000000  3c 3d 3e 3f 40 41 42 43  44 45 46 47 48 49 4a 4b  |<=>?@ABCDEFGHIJK|",
        "00000010  4c 4d 4e 4f                                       |LMNO|",
        "00000014",
        "",
      ].join("\n"),
    );
  });

  it("tells an empty body", async () => {
    expect(await show("hex", messageIn())).toBe("00000000\n");
  });

  it.each([7, 8, 9, 65_535, 65_536, 65_537, 200_000])("shows each of %i bytes", async (length) => {
    const body = randomBytes(length);
    expect(await show("hex", messageIn({ body }))).toBe(dumpRowByRow(body));
  });
});

it.each(["hex", "pretty"])(
  "a long dump is written piece by piece, and the event loop has its turns: %s",
  async (format) => {
    const output = pretendedOutput(false);
    let turns = 0;
    let timer = setImmediate(function count() {
      turns++;
      timer = setImmediate(count);
    });
    const turnsBefore: number[] = [];
    const write = async (bytes: Buffer | string): Promise<void> => {
      turnsBefore.push(turns);
      await output.write(bytes);
    };
    const world = { output: { ...output, write }, painter: async () => paint };
    const sink = await openSink({ format, verbose: false }, world);
    await sink([messageIn({ body: Buffer.alloc(1024 * 1024, 0xff) })]);
    clearImmediate(timer);
    expect(Math.max(...output.writes.map(({ length }) => length))).toBeLessThan(1024 * 1024);
    expect(new Set(turnsBefore).size).toBeGreaterThan(output.writes.length / 2);
    expect(output.writes.length).toBeGreaterThan(10);
  },
);

it("none writes nothing", async () => {
  expect(await show("none", messageIn({ body: "x" }), { verbose: true })).toBe("");
});

describe("--verbose", () => {
  it.each([
    ["raw", "x", "x\n"],
    ["raw", "x\n", "x\n"],
    ["raw", "", ""],
    ["body", "x", "x\n"],
    ["text", "x", "Received: x\n"],
    ["hex", "", "00000000\n"],
  ])("adds lines below what %s shows of %j", async (format, body, above) => {
    const shown = await show(format, messageIn({ body }), { verbose: true });
    expect(shown.startsWith(`${above}  exchange: `)).toBe(true);
  });
});

describe("pretty", () => {
  it("shows where a message came from, its properties and headers in columns, and its body", async () => {
    const message = messageIn({
      body: "hello",
      routingKey: "kern.info",
      exchange: "logs",
      queue: "all",
      redelivered: true,
      properties: {
        contentType: "text/plain",
        deliveryMode: 2,
        timestamp: 1_700_000_000,
        headers: { n: 5, long: { int: "7" }, text: "5", list: [1, "a"] },
      },
    });
    expect(await show("pretty", message)).toBe(
      [
        "kern.info · exchange logs · queue all · tag 1 · redelivered · 5 B",
        "  content-type   text/plain",
        "  delivery-mode  2 (persistent)",
        "  timestamp      1700000000 (2023-11-14T22:13:20.000Z)",
        "  headers",
        "    n     5",
        "    long  7 int",
        '    text  "5"',
        '    list  [1,"a"]',
        "hello",
        "",
        "",
      ].join("\n"),
    );
  });

  it("puts values below each other behind wide names too", async () => {
    const message = messageIn({ properties: { headers: { 日本: 1, ok: 2 } } });
    expect(await show("pretty", message)).toContain("    日本  1\n    ok    2\n");
  });

  it("lays JSON out without changing a digit, an escape or the order of its keys", async () => {
    const body = String.raw`{"b":12345678901234567890,"a":[1.0,{"x":"\u00e9\n"}],"a":{},"e":[], "s":"a,b:{}"}`;
    const message = messageIn({ body, properties: { contentType: "application/vnd.x+json; v=1" } });
    const [, , ...lines] = (await show("pretty", message)).split("\n");
    expect(lines.join("\n")).toBe(
      [
        "{",
        '  "b": 12345678901234567890,',
        '  "a": [',
        "    1.0,",
        "    {",
        String.raw`      "x": "\u00e9\n"`,
        "    }",
        "  ],",
        '  "a": {},',
        '  "e": [],',
        '  "s": "a,b:{}"',
        "}",
        "",
        "",
      ].join("\n"),
    );
  });

  it.each(["{", "nope", '{"a":1}{"b":2}', `${"[".repeat(5000)}${"]".repeat(5000)}`])(
    "shows a body as it is when it is not the JSON it is said to be, or nested without end (%#)",
    async (body) => {
      const message = messageIn({ body, properties: { contentType: "application/json" } });
      expect(await show("pretty", message)).toMatch(new RegExp(`\n${escapeExpression(body)}\n\n$`));
    },
  );

  it("shows MessagePack as JSON, with digits and bytes kept", async () => {
    const packed = "84a16101a162cf7fffffffffffffffa163c4020102a164c3";
    const message = messageIn({
      body: Buffer.from(packed, "hex"),
      properties: { contentType: "application/msgpack" },
    });
    expect(await show("pretty", message)).toContain(
      [
        "{",
        '  "a": 1,',
        '  "b": 9223372036854775807,',
        '  "c": {',
        '    "bytes": "AQI="',
        "  },",
        '  "d": true',
        "}",
      ].join("\n"),
    );
  });

  it("dumps what is no text, and MessagePack that is none", async () => {
    const bytes = messageIn({ body: Buffer.from([0xff, 0x00]) });
    expect(await show("pretty", bytes)).toContain("00000000  ff 00  ");
    const properties = { contentType: "application/x-msgpack" };
    expect(await show("pretty", messageIn({ body: "\u00c1", properties }))).toContain(
      "00000000  c3 81",
    );
  });

  it("is coloured by whoever paints, after escaping", async () => {
    const message = messageIn({
      body: '{"k\u009b":"v"}',
      properties: { contentType: "application/json" },
    });
    const shown = await show("pretty", message, { isTerminal: true, painter: paint });
    expect(shown).toContain(String.raw`<cyan>"k\x9b"</>: <green>"v"</>`);
  });
});

describe("a very long body", () => {
  const body = Buffer.from("é".repeat(100_000));

  it("is cut on a terminal, between two characters, with its size said", async () => {
    const shown = await show("text", messageIn({ body }), { isTerminal: true });
    expect(shown).toBe(`Received: ${"é".repeat(32_768)}… (195.3 KiB in all)\n`);
    const odd = await show("raw", messageIn({ body: Buffer.concat([Buffer.from("a"), body]) }), {
      isTerminal: true,
    });
    expect(odd).toBe(`a${"é".repeat(32_767)}… (195.3 KiB in all)`);
  });

  it.each(["text", "body", "raw", "%s"])("is whole in a pipe with --format %s", async (format) => {
    expect(await show(format, messageIn({ body }))).toContain(body.toString());
  });

  it("has a size that people can read", () => {
    expect([0, 1023, 1024, 1536, 10 * 1024 ** 2, 1024 ** 2 - 1, 2 ** 50].map(formatSize)).toEqual([
      "0 B",
      "1023 B",
      "1.0 KiB",
      "1.5 KiB",
      "10.0 MiB",
      "1.0 MiB",
      "1024.0 TiB",
    ]);
  });
});

function dumpRowByRow(body: Buffer): string {
  const rows = Array.from({ length: Math.ceil(body.length / 16) }, (_, row) => {
    const bytes = [...body.subarray(row * 16, row * 16 + 16)];
    const digits = bytes.map((byte, i) => `${i === 8 ? " " : ""}${hexOf(byte, 2)} `).join("");
    const readable = bytes.map((byte) =>
      byte < 32 || byte > 126 ? "." : String.fromCharCode(byte),
    );
    return `${hexOf(row * 16, 8)}  ${digits.padEnd(49)} |${readable.join("")}|\n`;
  });
  return `${rows.join("")}${hexOf(body.length, 8)}\n`;
}

function hexOf(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

function escapeExpression(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
