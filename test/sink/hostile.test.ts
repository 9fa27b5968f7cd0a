// Nothing that a message holds acts on a terminal, in any format and wherever it stands; pipes get the bytes.
import { describe, expect, it } from "vitest";
import { decodeText } from "../../src/message/text.ts";
import type { Delivery } from "../../src/message/message.ts";
import { formats, openSink } from "../../src/sink/index.ts";
import type { SinkPlan } from "../../src/sink/index.ts";
import { messageIn } from "../support/message-in.ts";
import { ACTS_ON_TERMINAL, HOSTILE } from "../support/hostile.ts";
import { pretendedOutput } from "../support/pretended-output.ts";

const template = "%s|%k|%e|%q|%h|%h{h}|%p{message-id}|%p{content-type}|%T|%o|%r|%S|%K\\n";
const everyFormat = [...Object.keys(formats), template];

/** A message with the same content in each place that a stranger chooses. */
function hostileEverywhere(content: Buffer): Delivery {
  const text = decodeText(content);
  return messageIn({
    body: content,
    routingKey: text,
    exchange: text,
    queue: text,
    consumerTag: text,
    properties: {
      contentType: text,
      messageId: text,
      correlationId: text,
      headers: { h: text, [text]: "name", list: [text], table: { [text]: text } },
    },
  });
}

async function show(plan: SinkPlan, message: Delivery, isTerminal: boolean): Promise<Buffer> {
  const output = pretendedOutput(isTerminal);
  const sink = await openSink(plan, { output, painter: async () => (_color, text) => text });
  await sink([message]);
  return output.bytes;
}

describe.each(everyFormat)("--format %s", (format) => {
  it.each(HOSTILE.map((content) => [JSON.stringify(content.toString("latin1")), content] as const))(
    "is safe on a terminal with %s",
    async (_name, content) => {
      const shown = await show({ format, verbose: true }, hostileEverywhere(content), true);
      expect(shown.toString("utf8")).not.toMatch(ACTS_ON_TERMINAL);
      // What is shown is well-formed too: a terminal need not guess.
      expect(Buffer.from(shown.toString("utf8"))).toEqual(shown);
    },
  );

  it.each(["application/json", "application/msgpack", "application/octet-stream"])(
    "is safe with a body said to be %s",
    async (contentType) => {
      for (const content of HOSTILE) {
        const json = Buffer.from(JSON.stringify({ [content.toString()]: content.toString() }));
        // MessagePack: an array of one text, whose bytes are not looked at.
        const packed = Buffer.concat([Buffer.from([0x91, 0xd9, content.length]), content]);
        for (const body of [content, json, packed]) {
          const message = messageIn({ body, properties: { contentType } });
          const shown = await show({ format, verbose: false }, message, true);
          expect(shown.toString("utf8")).not.toMatch(ACTS_ON_TERMINAL);
        }
      }
    },
  );
});

describe("a pipe", () => {
  it.each([
    ["raw", (content: Buffer) => [content]],
    ["body", (content: Buffer) => [content, "\n"]],
    ["text", (content: Buffer) => ["Received: ", content, "\n"]],
    [
      "%s|%k|%e|%p{message-id}",
      (content: Buffer) => [content, "|", content, "|", content, "|", content],
    ],
  ])("gets the very bytes with --format %s", async (format, expected) => {
    for (const content of HOSTILE) {
      const shown = await show({ format, verbose: false }, hostileEverywhere(content), false);
      expect(shown).toEqual(Buffer.concat(expected(content).map((part) => Buffer.from(part))));
    }
  });
});
