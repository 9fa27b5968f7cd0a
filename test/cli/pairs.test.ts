// Typed KEY=VALUE pairs: arguments and headers.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePub, wrongUse } from "../support/plan.ts";

const read = (...pairs: readonly string[]) =>
  parsePub(pairs.flatMap((pair) => ["--queue-arg", pair])).options.queueArg;
const wrong = (pair: string) => wrongUse(() => read(pair));

describe("pairs", () => {
  it.each([
    ["n=5", { n: "5" }],
    ["n=", { n: "" }],
    ["a=b=c", { a: "b=c" }],
    ["url=amqp://x:5672", { url: "amqp://x:5672" }],
    ["n:int=5", { n: 5 }],
    ["n:int=-2147483648", { n: -2_147_483_648 }],
    ["n:int=2147483648", { n: { int: "2147483648" } }],
    ["n:int=9007199254740993", { n: { int: "9007199254740993" } }],
    ["n:int=-9223372036854775808", { n: { int: "-9223372036854775808" } }],
    ["b:bool=true", { b: true }],
    ["b:bool=false", { b: false }],
    ["x:double=1.5", { x: { double: 1.5 } }],
    ["x:double=5", { x: { double: 5 } }],
    ["t:timestamp=2026-01-01T00:00:00Z", { t: { timestamp: 1_767_225_600 } }],
    ["t:timestamp=1767225600", { t: { timestamp: 1_767_225_600 } }],
    ["raw:bytes=aGk=", { raw: { bytes: "aGk=" } }],
    ["z:null=", { z: null }],
    ["s:string=1", { s: "1" }],
    ['j:json={"a":[1,"b",null]}', { j: { a: [1, "b", null] } }],
    ["j:json=[]", { j: [] }],
    ['j:json={"deep":{"int":"9007199254740993"}}', { j: { deep: { int: "9007199254740993" } } }],
    ["two\nlines=a\nb", { "two\nlines": "a\nb" }],
  ])("%j is read as %j", (pair, table) => {
    expect(read(pair)).toEqual(table);
  });

  it("keep every digit of an integer that 64 bits hold", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (number) => {
        const typed = read(`n:int=${number}`)?.["n"];
        const inJson = read(`n:json=[${number},"${number}"]`)?.["n"];
        const isSmall = number >= -(2n ** 31n) && number < 2n ** 31n;
        const isSafe = number === BigInt(Number(number)) && Number.isSafeInteger(Number(number));
        expect(typed).toEqual(isSmall ? Number(number) : { int: `${number}` });
        expect(inJson).toEqual([isSafe ? Number(number) : { int: `${number}` }, `${number}`]);
      }),
    );
  });

  it("keep JSON as it is, whatever its texts look like", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.array(fc.string())), (table) => {
        // A table with one key that is the name of a type is a typed value, not a table.
        fc.pre(Object.keys(table).length !== 1);
        expect(read(`j:json=${JSON.stringify(table)}`)?.["j"]).toEqual(table);
      }),
    );
  });

  it("of the same key: the later one wins", () => {
    expect(read("a=1", "b=2", "a:int=3")).toEqual({ a: 3, b: "2" });
  });

  it("keep all digits of a time that no number can hold", () => {
    expect(read("t:timestamp=18446744073709551615")).toEqual({
      t: { timestamp: "18446744073709551615" },
    });
  });

  it("may be named like what every object has", () => {
    expect(Object.entries(read("__proto__=x", "toString=y") ?? {})).toEqual([
      ["__proto__", "x"],
      ["toString", "y"],
    ]);
  });

  it.each([
    ["n", "expected KEY=VALUE or KEY:TYPE=VALUE"],
    ["=5", "expected KEY=VALUE or KEY:TYPE=VALUE"],
    [":int=5", "expected KEY=VALUE or KEY:TYPE=VALUE"],
    ["n:float=5", 'unknown type "float"; expected one of string, int, bool, double, timestamp'],
    ["n:tostring=5", 'unknown type "tostring"'],
    ["n:int=", "expected a whole number"],
    ["n:int=1.5", "expected a whole number"],
    ["n:int=1e3", "expected a whole number"],
    ["n:int=0x10", "expected a whole number"],
    ["n:int=9223372036854775808", "expected a whole number from -9223372036854775808 to"],
    ["b:bool=yes", "expected true or false"],
    ["x:double=", "expected a number"],
    ["x:double=one", "expected a number"],
    ["x:double=NaN", "expected a number, neither NaN nor infinite"],
    ["x:double=1e400", "expected a number, neither NaN nor infinite"],
    ["j:json=1e400", "expected a number, neither NaN nor infinite"],
    ["t:timestamp=foo 5", "expected a time such as 2026-01-01T00:00:00Z"],
    ["t:timestamp=-5", "expected a time such as 2026-01-01T00:00:00Z"],
    ["t:timestamp=tomorrow", "expected a time such as 2026-01-01T00:00:00Z"],
    ["t:timestamp=1969-01-01", "expected a time such as"],
    ["r:bytes=a", "expected base64"],
    ["r:bytes=a-b_", "expected base64"],
    ["r:bytes=a==", "expected base64"],
    ["r:bytes=abcd=", "expected base64"],
    ["r:bytes=ab=", "expected base64"],
    ["t:timestamp=2026-02-30", "expected a time such as"],
    ["t:timestamp=18446744073709551616", "expected at most 18446744073709551615 seconds"],
    ["t:timestamp=2026-04-31T10:00:00Z", "expected a time such as"],
    ["j:json={", "expected JSON"],
    ["n:null=x", "expected nothing behind the equals sign"],
    ["j:json={'a':1}", "expected JSON"],
    ['j:json={"x":{"int":"many"}}', "expected a whole number"],
    ['j:json=[{"bytes":5}]', "expected base64"],
    ["j:json=99999999999999999999", "expected a whole number"],
    [`${"k".repeat(256)}=v`, "longer than the 255 bytes that AMQP allows"],
    [`j:json={"a":{"${"k".repeat(256)}":1}}`, "expected names of at most 255 bytes"],
  ])("%j is wrong use that names flag and pair", (pair, message) => {
    expect(wrong(pair)).toContain(`--queue-arg "${pair}": ${message}`);
  });
});
