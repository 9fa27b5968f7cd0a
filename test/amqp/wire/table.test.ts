// Field tables as bytes: types that no other client of these tests writes, and bytes that are none. What RabbitMQ makes of all
// others is in test/e2e/interop.test.ts.
import { describe, expect, it } from "vitest";
import { decodeTable, encodeTable } from "../../../src/amqp/wire/table.ts";

const entry = (tag: string, ...content: readonly number[]): Buffer =>
  Buffer.from([1, "k".charCodeAt(0), tag.charCodeAt(0), ...content]);

describe("a field table", () => {
  it("keeps an int64 that is written as L", () => {
    const bytes = entry("L", 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xf9);
    expect({ ...decodeTable(bytes) }).toEqual({ k: { longlong: "-7" } });
    expect(encodeTable({ k: { longlong: "-7" } }).subarray(4)).toEqual(bytes);
  });

  it("with an unknown type is told by that type, whatever comes behind it", () => {
    expect(() => decodeTable(entry("Q", 0, 0, 0, 0, 0, 0, 0, 7))).toThrow('unknown type "Q"');
  });

  it("that is cut short is told", () => {
    expect(() => decodeTable(entry("S", 0, 0, 0, 9, 65))).toThrow("cut short");
  });
});
