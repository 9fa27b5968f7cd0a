// A header's value as text, the same wherever one is read: in templates, in the environment of handlers, in drawings.
import { expect, it } from "vitest";
import type { Field } from "../../src/message/fields.ts";
import { plainField } from "../../src/message/plain-field.ts";
import { describeFields } from "../../src/preview/descriptions.ts";

const shown: readonly (readonly [Field, string])[] = [
  ["text", "text"],
  [5, "5"],
  [{ int: "9007199254740993" }, "9007199254740993"],
  [{ int8: -5 }, "-5"],
  [{ double: 5 }, "5"],
  [true, "true"],
  [null, "null"],
  [{ timestamp: 1_700_000_000 }, "1700000000"],
  [{ bytes: "aGk=" }, "aGk="],
  [{ decimal: { places: 2, digits: 1234 } }, "12.34"],
  [{ decimal: { places: 3, digits: 5 } }, "0.005"],
  [{ decimal: { places: 0, digits: 5 } }, "5"],
  [["a", { int8: 1 }], '["a",{"int8":1}]'],
  [{ a: { b: 1 } }, '{"a":{"b":1}}'],
  [{ table: { int: "5" } }, '{"int":"5"}'],
];

it.each(shown)("%j is shown as %s", (field, text) => {
  expect(plainField(field)).toBe(text);
});

it.each(shown)("an argument %j is drawn as %s", (field, text) => {
  expect(describeFields({ a: field })).toEqual([`a=${text}`]);
});
