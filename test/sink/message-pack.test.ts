// MessagePack as JSON text: what is read, and that a body made to fill the memory is none.
import { encode } from "@msgpack/msgpack";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadMessagePack } from "../../src/sink/message-pack.ts";

const messagePack = await loadMessagePack();
const readHex = (hex: string): string | undefined => messagePack.read(Buffer.from(hex, "hex"));

it.each([
  ["7f", "127"],
  ["e0", "-32"],
  ["c0", "null"],
  ["c2", "false"],
  ["c3", "true"],
  ["ca3fc00000", "1.5"],
  ["cb3ff8000000000000", "1.5"],
  ["cb8000000000000000", "-0.0"],
  ["ccff", "255"],
  ["cdffff", "65535"],
  ["ceffffffff", "4294967295"],
  ["cfffffffffffffffff", "18446744073709551615"],
  ["d0ff", "-1"],
  ["d1ffff", "-1"],
  ["d2ffffffff", "-1"],
  ["d3ffffffffffffffff", "-1"],
  ["a161", '"a"'],
  ["d90161", '"a"'],
  ["da000161", '"a"'],
  ["db0000000161", '"a"'],
  ["c40101", '{"bytes":"AQ=="}'],
  ["c5000101", '{"bytes":"AQ=="}'],
  ["c60000000101", '{"bytes":"AQ=="}'],
  ["d40501", '{"type":5,"data":{"bytes":"AQ=="}}'],
  ["d5050101", '{"type":5,"data":{"bytes":"AQE="}}'],
  ["d6ff00000000", '"1970-01-01T00:00:00.000Z"'],
  ["d7ff0000000000000000", '"1970-01-01T00:00:00.000Z"'],
  [`d805${"01".repeat(16)}`, '{"type":5,"data":{"bytes":"AQEBAQEBAQEBAQEBAQEBAQ=="}}'],
  ["c7010501", '{"type":5,"data":{"bytes":"AQ=="}}'],
  ["c800010501", '{"type":5,"data":{"bytes":"AQ=="}}'],
  ["c9000000010501", '{"type":5,"data":{"bytes":"AQ=="}}'],
  ["920191c0", "[1,[null]]"],
  ["dc0002019190", "[1,[[]]]"],
  ["dd00000001c0", "[null]"],
  ["82a16101a16280", '{"a":1,"b":{}}'],
  ["de0001a16101", '{"a":1}'],
  ["df00000001a16101", '{"a":1}'],
  ["81920102c0", '{"[1,2]":null}'],
  ["81c0c0", '{"null":null}'],
  ["8201a161a132a162", '{"1":"a","2":"b"}'],
  ["81a161d40501", '{"a":{"type":5,"data":{"bytes":"AQ=="}}}'],
])("reads %s as %s", (hex, json) => expect(readHex(hex)).toBe(json));

/** As the specification has them: nanoseconds in 30 bits, seconds in 34. */
function timeHex(seconds: bigint, nanoseconds: bigint): string {
  return `d7ff${((nanoseconds << 34n) | seconds).toString(16).padStart(16, "0")}`;
}

it.each([
  [0n, "1970-01-01T00:00:00.000Z"],
  [1n, "1970-01-01T00:00:00.000000001Z"],
  [1_000n, "1970-01-01T00:00:00.000001Z"],
  [1_000_000n, "1970-01-01T00:00:00.001Z"],
  [120_000_000n, "1970-01-01T00:00:00.120Z"],
  [999_999_999n, "1970-01-01T00:00:00.999999999Z"],
])("shows %i nanoseconds exactly", (nanoseconds, time) => {
  expect(readHex(timeHex(0n, nanoseconds))).toBe(`"${time}"`);
});

it("shows a time before 1970, and a time as a key", () => {
  const before = "c70cff1dcd6500ffffffffffffffff";
  expect(readHex(before)).toBe('"1969-12-31T23:59:59.500Z"');
  expect(readHex(`81${before}01`)).toBe('{"1969-12-31T23:59:59.500Z":1}');
});

/** A text of so many bytes that begins with a byte order mark. */
function textWithMark(bytes: number): string {
  return `da${bytes.toString(16).padStart(4, "0")}efbbbf${"61".repeat(bytes - 3)}`;
}

it("keeps the byte order mark of a short text", () => {
  expect(readHex(textWithMark(200))).toBe(`"\ufeff${"a".repeat(197)}"`);
});

/** The library refuses a key of that name. */
const value = fc.jsonValue().filter((json) => !JSON.stringify(json).includes("__proto__"));

it("reads whatever the library writes", () => {
  fc.assert(
    fc.property(value, (written) => {
      const json = messagePack.read(Buffer.from(encode(written))) ?? "";
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(written)));
    }),
  );
});

it.each(["", "c1", "d9", "a261", "92", "dd00000002c0", "c0c0"])("takes %j for none", (hex) =>
  expect(readHex(hex)).toBeUndefined(),
);

it.each([
  ["a number and a text as keys with the same name", "8201a161a131a162"],
  ["a key that occurs twice, deep within", "9182a16101a16102"],
  ["not a number", "cb7ff8000000000000"],
  ["infinity, short", "ca7f800000"],
  ["minus infinity", "91cbfff0000000000000"],
  ["a short text that is no UTF-8", "a2fffe"],
  ["a long text that is none", `d9ff${"ff".repeat(255)}`],
  ["a key that is none", "81a1ff01"],
  ["a long text with a byte order mark", textWithMark(201)],
  ["a time whose second has too many nanoseconds", "d7ffee6b280000000000"],
  ["a time beyond any date", "c70cff000000007fffffffffffffff"],
])("does not show %s as JSON", (_name, hex) => expect(readHex(hex)).toBeUndefined());

/** Maps with a map as key, in which there is another one as key. */
const keyWithinKey = (depth: number): string => `${"81".repeat(depth)}${"01".repeat(depth + 1)}`;

describe("memory", () => {
  it.each([
    ["arrays that claim more than follows, within each other", "dd01ffffff".repeat(40)],
    ["maps that do", "dfffffffff".repeat(40)],
    [
      "an array that claims exactly what the outer one needs",
      `dd00100000${"dd000ffff0".repeat(9)}`,
    ],
    ["arrays within arrays without end", `${"91".repeat(1_000_000)}01`],
    ["keys within keys, whose text doubles each time", keyWithinKey(30)],
  ])("is not taken by %s", (_name, hex) => {
    const before = process.memoryUsage().rss;
    expect(readHex(hex)).toBeUndefined();
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
  });
});
