// --format TEMPLATE: each letter, each escape, each mistake.
import { describe, expect, it } from "vitest";
import type { Delivery } from "../../src/message/message.ts";
import { formats, openSink, readFormat } from "../../src/sink/index.ts";
import { messageIn } from "../support/message-in.ts";
import { pretendedOutput } from "../support/pretended-output.ts";

async function show(format: string, message: Delivery, isTerminal = false): Promise<string> {
  const output = pretendedOutput(isTerminal);
  const world = { output, painter: async () => (_color: string, text: string) => text };
  const sink = await openSink({ format, verbose: false }, world);
  await sink([message]);
  return output.bytes.toString();
}

describe("a template", () => {
  const message = messageIn({
    body: "héllo",
    routingKey: "kern.info",
    exchange: "logs",
    queue: "all",
    deliveryTag: 7,
    redelivered: true,
    properties: {
      contentType: "text/plain",
      timestamp: 1_700_000_000,
      priority: 0,
      headers: {
        n: { int: "9007199254740993" },
        x: "text",
        d: { decimal: { places: 2, digits: 5 } },
      },
    },
  });

  it.each([
    ["%s", "héllo"],
    ["%S", "6"],
    ["%k %K", "kern.info 9"],
    ["%e>%q", "logs>all"],
    ["%h", "n=9007199254740993,x=text,d=0.05"],
    ["%h{n}/%h{none}/", "9007199254740993//"],
    ["%p{contentType} %p{content-type} %p{Content_Type}", "text/plain text/plain text/plain"],
    ["%p{priority}%p{message-id}.", "0."],
    ["%T", "1700000000000"],
    ["%o %r", "7 true"],
    ["%s{hex}", "68c3a96c6c6f"],
    ["%s{base64}", "aMOpbGxv"],
    ["100%%", "100%"],
    [String.raw`\n\r\t\0\\\x41\x7f`, "\n\r\t\0\\A\x7f"],
    ["%s\\n", "héllo\n"],
    [String.raw`%o\x7b {%r}`, "7{ {true}"],
  ])("%j is %j", async (format, shown) => {
    expect(await show(readFormat(format), message)).toBe(shown);
  });

  it("shows the beginning of time as 0", async () => {
    expect(await show("%T", messageIn({ properties: { timestamp: 0 } }))).toBe("0");
  });

  it("knows when a message was received", async () => {
    const before = Date.now();
    const at = Date.parse(await show("%R", message));
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now());
  });

  it("writes nothing for what a message does not have", async () => {
    expect(await show("%s%k%e%h%T%p{type}|", messageIn({ exchange: "", routingKey: "" }))).toBe(
      "|",
    );
  });

  it("writes what the user says on a terminal too, but escapes what the message says", async () => {
    const red = messageIn({ body: "\u001b[31m" });
    expect(await show("\\x1b[1m%s", red, true)).toBe("\u001b[1m\\x1b[31m");
  });

  it.each([
    [
      "%z",
      "%z is not known; there are %s %S %k %K %e %q %h %T %R %o %r %% %p{PROPERTY} %h{NAME} %s{hex} %s{base64}",
    ],
    ["50%", '"%" is no letter; a percent sign is %%'],
    ["a\\q", String.raw`"\q" is no escape; there are \n`],
    ["a\\", String.raw`"\" is no escape`],
    ["\\x4", String.raw`"\x" is no escape`],
    ["%p", "%p needs a property: one of contentType,"],
    ["%p{nope}", "%p{nope} is no property; one is contentType,"],
    ["%s{rot13}", "%s{rot13}: a body is shown in hex or base64"],
    ["%k{x}", "%k takes no {x}"],
    ["%s{hex", String.raw`%s{ lacks its "}"; a brace that is just text is \x7b`],
    ["%h{a%s\\n", '%h{ lacks its "}"'],
    ["teext", `expected one of ${Object.keys(formats).join(", ")}, or a template with % or \\`],
    ["", "expected one of text,"],
  ])("%j is wrong use: %s", (format, why) => {
    expect(() => readFormat(format)).toThrow(why);
  });
});
