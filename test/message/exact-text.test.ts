// Routing keys with bytes that are no UTF-8, which brokers take, in the headers that mark a try.
import { describe, expect, it } from "vitest";
import { decodeTable, encodeTable } from "../../src/amqp/wire/table.ts";
import { fieldToText, textToField } from "../../src/message/exact-text.ts";
import { asFirstSeen } from "../../src/message/retry-marks.ts";
import { decodeText } from "../../src/message/text.ts";
import { delayed } from "../../src/work/retry.ts";
import { propertiesElsewhere } from "../../src/work/tries.ts";
import { messageIn } from "../support/message-in.ts";

const routingKey = decodeText(Buffer.from("k\xff.z", "latin1"));

describe("a text in a header", () => {
  it.each(["", "é", "k\udcff.z", "\udcc3"])("is %j before and after", (text) => {
    const sent = { text: textToField(text) };
    const received = decodeTable(encodeTable(sent).subarray(4));
    expect(received).toEqual(sent);
    expect(fieldToText(received["text"])).toBe(text);
  });

  it.each([5, null, ["x"], { bytes: "AA==" }, { table: { string64: "AA==" } }, undefined])(
    "is not %j",
    (field) => {
      expect(fieldToText(field)).toBeUndefined();
    },
  );
});

describe("a message with a key that is no UTF-8", () => {
  const waits = delayed(messageIn({ exchange: "logs", routingKey }), "q.retry-5ms");
  const headers = decodeTable(encodeTable(waits.properties.headers ?? {}).subarray(4));

  it("has it at the next try", () => {
    const back = messageIn({ exchange: "", routingKey: "q", properties: { headers } });
    expect(asFirstSeen(back)).toMatchObject({ exchange: "logs", routingKey });
  });

  it("has it in what the broker has noted of its death", () => {
    const death = { queue: "q", reason: "rejected", exchange: "", "routing-keys": ["q"] };
    const properties = { headers: { ...headers, "x-death": [death] } };
    expect(propertiesElsewhere(messageIn({ queue: "next", properties })).headers).toMatchObject({
      "x-death": [{ exchange: "logs", "routing-keys": [{ string64: "a/8ueg==" }] }],
    });
  });
});
