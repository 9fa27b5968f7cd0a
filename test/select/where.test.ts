// --where: what an expression sees, what it chooses, and what is wrong with it.
import { describe, expect, it } from "vitest";
import type { Delivery } from "../../src/message/message.ts";
import { openWhere } from "../../src/select/where.ts";
import { type Given, messageIn } from "../support/message-in.ts";
import { recordingLog } from "../support/recording-log.ts";

async function isWanted(expression: string, message: Delivery): Promise<boolean> {
  const log = recordingLog();
  const [wanted] = await (await openWhere(expression, log))([message]);
  expect(log.lines).toEqual([]);
  return wanted === true;
}

const order: Given = {
  body: '{"user":{"id":42,"tags":["new","vip"]},"total":9.5,"big":12345678901234567890,"tagged":{"int":"1000000000000000"},"long":{"int":"9007199254740993"},"escaped":{"\\u0069nt":"9007199254740993"}}',
  routingKey: "order.created.eu",
  exchange: "shop",
  queue: "orders",
  redelivered: true,
  properties: {
    contentType: "application/json",
    priority: 5,
    timestamp: 1_767_225_600,
    headers: {
      n: 7,
      long: { int: "9007199254740993" },
      ratio: { double: 0.5 },
      price: { decimal: { places: 2, digits: 1999 } },
      at: { timestamp: 1_767_225_600 },
      raw: { bytes: "AQI=" },
      text: "a,b",
      yes: true,
      nothing: null,
      list: [1, "x"],
      table: { inner: "v" },
    },
  },
};

describe("an expression", () => {
  it("sees a message that was tried before as it came first", async () => {
    const headers = { "x-retry-exchange": "shop", "x-retry-routing-key": "order.created" };
    const message = messageIn({
      exchange: "",
      routingKey: "orders",
      queue: "orders",
      properties: { headers: { ...headers, "x-retry-queue": "orders" } },
    });
    expect(await isWanted('exchange == "shop" && key == "order.created"', message)).toBe(true);
    const elsewhere = { ...message, queue: "others" };
    expect(await isWanted('exchange == "" && key == "orders"', elsewhere)).toBe(true);
  });

  it.each([1_700_000_000_000_000, "18446744073709551615"])(
    "takes %s seconds since 1970 for later than any other time",
    async (timestamp) => {
      const message = messageIn({ properties: { timestamp, headers: { at: { timestamp } } } });
      for (const time of ["properties.timestamp", "headers.at"]) {
        expect(await isWanted(`${time} > timestamp("2020-01-01T00:00:00Z")`, message)).toBe(true);
        expect(await isWanted(`timestamp("9999-12-31T23:59:59Z") < ${time}`, message)).toBe(true);
        expect(await isWanted(`${time} == ${time}`, message)).toBe(true);
        expect(await isWanted(`${time} < timestamp("9999-12-31T23:59:59Z")`, message)).toBe(false);
      }
    },
  );

  it("is not led astray by names that mean something to JavaScript", async () => {
    const names = ["constructor", "__proto__", "toString", "hasOwnProperty", "then", "length"];
    const message = messageIn({
      body: `{${names.map((name) => `"${name}":"${name}"`).join()},"id":1}`,
      properties: { headers: Object.fromEntries([...names, "id"].map((name) => [name, name])) },
    });
    for (const name of names) {
      expect(await isWanted(`json["${name}"] == "${name}" && json.id == 1.0`, message)).toBe(true);
      expect(await isWanted(`headers["${name}"] == "${name}" && headers.id == "id"`, message)).toBe(
        true,
      );
    }
  });

  it.each([
    'key.startsWith("order.") && key.endsWith(".eu")',
    'key.matches("^order[.]created[.]")',
    'key.split(".")[1] == "created"',
    'exchange == "shop" && queue == "orders" && redelivered',
    'properties.contentType == "application/json" && properties.priority >= 5',
    'properties.timestamp == timestamp("2026-01-01T00:00:00Z")',
    "headers.n == 7 && headers.n > 6.5 && headers.n in [6, 7]",
    "headers.long == 9007199254740993",
    "headers.long != 9007199254740992",
    "headers.ratio < 1 && headers.price > 19.98",
    'headers.at >= timestamp("2026-01-01T00:00:00Z")',
    'headers.raw == b"\\x01\\x02"',
    'headers.text.contains(",") && headers["text"].size() == 3',
    "headers.yes && headers.nothing == null",
    'headers.list[1] == "x" && headers.table.inner == "v"',
    'has(headers.n) && !has(headers.other) && "n" in headers',
    'headers[?"other"].orValue("none") == "none"',
    'body.contains("vip")',
    "json.user.id == 42 && json.total > 9",
    'json.user.tags.exists(tag, tag == "vip")',
    "json.big == 12345678901234567890",
    'json.tagged.int == "1000000000000000"',
    'json.long.int == "9007199254740993" && json.escaped.int == "9007199254740993"',
    'true || headers.other == "x"',
  ])("%s holds", async (expression) => {
    expect(await isWanted(expression, messageIn(order))).toBe(true);
  });

  it.each([
    "false",
    'key == "other"',
    "headers.n == 8",
    // About what is not there it says nothing, and nothing is told: most filters meet such messages.
    'headers.other == "x"',
    "headers.other != 1",
    "json.user.name.first == 1",
    "properties.replyTo == properties.replyTo",
    'json.user.id == "42"',
  ])("%s does not hold", async (expression) => {
    expect(await isWanted(expression, messageIn(order))).toBe(false);
  });

  it.each(["", "no json", "\u00ff\u0000", '{"a":', Buffer.from([0xff, 0xfe])])(
    "sees null for the JSON of a body that is none: %j",
    async (body) => {
      expect(await isWanted("json == null", messageIn({ body }))).toBe(true);
      expect(await isWanted("json.a == 1", messageIn({ body }))).toBe(false);
    },
  );

  it("does not see what belongs to JavaScript", async () => {
    for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
      for (const of of ["headers", "properties", "json"]) {
        expect(await isWanted(`has(${of}.${name})`, messageIn({ body: "{}" }))).toBe(false);
      }
    }
    const headers = Object.create(null);
    headers["__proto__"] = "a header like any other";
    const message = messageIn({ properties: { headers } });
    expect(await isWanted('headers["__proto__"].startsWith("a header")', message)).toBe(true);
  });
});

describe("a mistake", () => {
  it.each([
    ["key ==", '--where "key ==": Unexpected token: EOF'],
    ["nope == 1", '--where "nope == 1": Unknown variable: nope'],
    ["key == 1", "no such overload: string == int"],
    ["key + 1", "no such overload: string + int"],
    ["key", "it is of type string, not yes or no"],
    ["size(body)", "it is of type int, not yes or no"],
    ["process.exit()", "Unknown variable: process"],
    ["", "--where"],
  ])("in %j is found before a message has come", async (expression, message) => {
    const opening = openWhere(expression, recordingLog());
    await expect(opening).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(message),
      hint: expect.stringContaining("CEL expression over key, exchange, queue,"),
    });
  });

  it("that only a message brings to light is told once for each kind, and the message is not wanted", async () => {
    const log = recordingLog();
    const where = await openWhere('headers.n < "x"', log);
    const message = messageIn(order);
    expect(await where([message, message])).toEqual([false, false]);
    expect(await where([message])).toEqual([false]);
    expect(log.lines).toEqual([
      "WARNING: --where cannot be decided for a message, which is not wanted then: no such overload: dyn<int> < string",
    ]);
  });

  it("is an answer that is neither yes nor no", async () => {
    const log = recordingLog();
    const where = await openWhere("headers.n", log);
    expect(await where([messageIn(order)])).toEqual([false]);
    expect(log.lines).toEqual([
      "WARNING: --where cannot be decided for a message, which is not wanted then: it is bigint, not yes or no",
    ]);
  });
});

const deep = 30_000;

describe("a hostile expression", () => {
  it.each([
    ["parentheses", `${"(".repeat(deep)}true${")".repeat(deep)}`],
    ["negations", `${"!".repeat(deep)}true`],
    ["a long chain", `true${"||true".repeat(deep / 2)}`],
    ["a long sum", `1${"+1".repeat(deep)} == 2`],
    ["lists in lists", `${"[".repeat(deep)}${"]".repeat(deep)} == []`],
    ["fields of fields", `key${".a".repeat(deep)} == 1`],
    ["conditions", `${"true?".repeat(deep)}true`],
    ["maps in maps", `${'{"a":'.repeat(deep)}1${"}".repeat(deep)} == {}`],
    ["loops in loops", `${"[1].all(x,".repeat(deep)}true${")".repeat(deep)}`],
    ["a name", "a".repeat(deep)],
  ])("of very many %s is wrong use, told in short", async (_name, expression) => {
    const failure = await openWhere(expression, recordingLog()).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/^--where ".{300}…/s),
    });
    expect(String(failure).length).toBeLessThan(deep + 500);
  });
});

describe("a message that an expression would think about for ever", () => {
  const bomb = messageIn({ body: `${"a".repeat(40)}!` });
  const numbers = messageIn({ body: JSON.stringify(Array.from({ length: 500 }, (_, i) => i)) });
  it.each([
    ['body.matches("^(a+)+$")', bomb],
    ['body.matches("^(?=(a+)+b)a")', bomb],
    ['body.matches("^((a{1,30}){1,30}){1,30}b")', bomb],
    ["json.all(a, json.all(b, json.all(c, json.all(d, a + b + c + d >= 0.0))))", numbers],
  ])("is not decided, %s is told, and the others are decided", async (expression, message) => {
    const log = recordingLog();
    const where = await openWhere(`key == "easy" || ${expression}`, log, 300);
    const easy = messageIn({ routingKey: "easy" });
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    expect(await where([easy, message, easy])).toEqual([true, "late", true]);
    clearInterval(counting);
    expect(turns).toBeGreaterThan(0);
    expect(log.lines).toEqual([
      "WARNING: --where cannot be decided for a message, which is left to the broker: it takes longer than 300 ms",
    ]);
  });
});
