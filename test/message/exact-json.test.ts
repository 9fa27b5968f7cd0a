// Whole numbers in JSON: which tagged ones are meant, and which of them a double could not hold.
import { describe, expect, it } from "vitest";
import { StreamPosition } from "../../src/amqp/consume/stream.ts";
import {
  isTaggedInt,
  largeDigits,
  parseTagged,
  parseUntagged,
} from "../../src/message/exact-json.ts";
import { isTable, type Field } from "../../src/message/fields.ts";
import { readSentAt } from "../../src/message/sent-at.ts";
import { messageIn } from "../support/message-in.ts";

const notTagged: readonly Field[] = [
  { int: "5", x: 1 },
  { int: 5 },
  { int: "5.5" },
  { int: "" },
  { int: ["5"] },
  { int8: "5" },
  {},
  ["5"],
  "5",
  5,
  null,
];

const digitsIn = (text: string): string | undefined => {
  const field = parseUntagged(text);
  return isTable(field) ? largeDigits(field) : undefined;
};
const sentAt = (field: Field) => readSentAt({ headers: { "x-sent-at": field } });
const settled = (field: Field) => {
  const headers = { "x-stream-offset": field };
  const position = new StreamPosition("first");
  position.arrived(messageIn({ deliveryTag: 1, properties: { headers } }));
  position.settledTo(1);
  return position.settled;
};

describe("a tagged whole number", () => {
  it.each([["5"], ["-5"], ["9007199254740993"]])("is one with the digits %s", (digits) => {
    expect(isTaggedInt({ int: digits })).toBe(true);
  });

  it.each(notTagged)("is not %j", (field) => {
    expect(isTaggedInt(field)).toBe(false);
  });

  it("is large when a double cannot hold it", () => {
    expect(parseTagged("[9007199254740993,9007199254740991]")).toEqual([
      { int: "9007199254740993" },
      9_007_199_254_740_991,
    ]);
  });

  it("is none where JSON knows no tags, in which large numbers are told apart", () => {
    expect(digitsIn("-9007199254740993")).toBe("-9007199254740993");
    expect(digitsIn('{"int":"9007199254740993"}')).toBeUndefined();
    expect(parseUntagged('{"int":"9007199254740993"}')).toEqual({ int: "9007199254740993" });
    expect(parseUntagged("9007199254740991")).toBe(9_007_199_254_740_991);
  });

  it("alone tells when a message was sent, and where it stands in its stream", () => {
    expect(sentAt({ int: "1700000000000000" })).toBe(1_700_000_000_000_000);
    expect(sentAt({ int: "1700000000000000", x: 1 })).toBeUndefined();
    expect(settled({ int: "7" })).toBe(7n);
    expect(settled({ int: "7", x: 1 })).toBeUndefined();
  });
});
