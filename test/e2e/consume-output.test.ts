// What amqp-con writes where: bytes into pipes and files, safe text on terminals.
import { describe, expect, test } from "vitest";
import { channelOpenOk } from "../support/amqp-answer.ts";
import { close } from "../support/amqp-frame.ts";
import { con, pub, startCon } from "../support/binaries.ts";
import { misbehave } from "../support/misbehave.ts";
import { handshake, whenever } from "../support/misbehave-script.ts";
import { pty } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createExchange, createQueue, withChannel } from "../support/witness.ts";

// Clear the screen, set the title, write the clipboard, beep, overwrite the line; C1 controls; text that is reordered; no UTF-8.
const HOSTILE = Buffer.concat([
  Buffer.from("\x1b[2J\x1b]0;t\x07\x1b]52;c;aGk=\x07\r\b\0\x7f \u009b31m \u202eabc\u202c é🐇 "),
  Buffer.from([0xff, 0xc3]),
]);
const SHOWN = String.raw`\x1b[2J\x1b]0;t\x07\x1b]52;c;aGk=\x07\x0d\x08\x00\x7f \x9b31m \u202eabc\u202c é🐇 \xff\xc3`;
const env = { AMQP_URL: sharedBroker().url };

/** Everything that acts on a terminal; the terminal itself writes \r\n. */
// oxlint-disable-next-line no-control-regex -- controls are what this is about
const CONTROLS = /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe("the bytes of a body", () => {
  test.each([
    ["text", Buffer.concat([Buffer.from("Received: "), HOSTILE, Buffer.from("\n")])],
    ["body", Buffer.concat([HOSTILE, Buffer.from("\n")])],
    ["raw", HOSTILE],
  ])("are untouched in a pipe with --format %s", async (format, written) => {
    const queue = await createQueue([HOSTILE]);
    const { code, stdoutBytes, stderr } = await con(["-q", queue, "-n", "1", "--format", format]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "Stopping: --count 1 reached\n" });
    expect(stdoutBytes).toEqual(written);
  });

  test("are shown on a terminal so that they cannot act on it", async () => {
    const queue = await createQueue([HOSTILE]);
    const consumer = pty("amqp-con", ["-q", queue, "-n", "1"], { on: "stdout", env });
    const { code, stdout, stderr } = await consumer.ended();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "Stopping: --count 1 reached\n" });
    expect(stdout).toBe(`Received: ${SHOWN}\r\n`);
    expect(stdout).not.toMatch(CONTROLS);
  });
});

describe("--verbose", () => {
  const properties = {
    contentType: "text/plain",
    contentEncoding: "identity",
    correlationId: "c-1",
    replyTo: "answers",
    expiration: "60000",
    messageId: "m-1",
    timestamp: 1_700_000_000,
    type: "greeting",
    appId: "test",
    deliveryMode: 2,
    priority: 3,
    headers: { n: 5, text: "x" },
  };

  test("shows where a message came from, and all of its properties", async () => {
    const queue = await createQueue([{ body: "Hello", ...properties }]);
    const { code, stdout } = await con(["-q", queue, "-n", "1", "--verbose"]);
    expect(code).toBe(0);
    const [first, ...details] = stdout.trimEnd().split("\n");
    expect(first).toBe("Received: Hello");
    const said = Object.fromEntries(details.map((line) => line.trim().split(/: (.*)/s, 2)));
    expect(said).toMatchObject({
      routingKey: queue,
      redelivered: "false",
      contentType: "text/plain",
      correlationId: "c-1",
      replyTo: "answers",
      expiration: "60000",
      messageId: "m-1",
      type: "greeting",
      appId: "test",
      deliveryMode: "2",
      priority: "3",
    });
    expect(said["headers"]).toMatch(/"n".*5.*"text":"x"/);
  });

  test("shows hostile headers, keys and properties so that they cannot act on a terminal", async () => {
    const text = HOSTILE.toString();
    const headers = { [text]: text, deep: { list: [text] } };
    const queue = await createQueue([
      { body: "x", headers, contentType: text, messageId: text, correlationId: text, appId: text },
    ]);
    const consumer = pty("amqp-con", ["-q", queue, "-n", "1", "--verbose"], { env });
    const { code, stdout } = await consumer.ended();
    expect(code).toBe(0);
    expect(stdout).toContain("Received: x\r\n");
    expect(stdout).toContain(String.raw`contentType: \x1b[2J`);
    expect(stdout).not.toMatch(CONTROLS);
  });
});

describe("a broker's error text", () => {
  test("cannot act on a terminal", async () => {
    const text = `NOT_ALLOWED - ${HOSTILE.toString()}`;
    const server = await misbehave([
      ...handshake(),
      whenever("channel.open", channelOpenOk()),
      "basic.qos",
      close(530, text),
      "close-ok",
      "fin",
    ]);
    const { code, stdout } = await pty("amqp-con", ["-u", server.url, "-q", "q"]).ended();
    expect(code).toBe(4);
    // oxlint-disable-next-line no-control-regex -- without the colours of our own
    const uncoloured = stdout.replaceAll(/\u001b\[\d+m/g, "");
    expect(uncoloured).toContain(String.raw`(530, "NOT_ALLOWED - \x1b[2J\x1b]0;t\x07`);
    expect(uncoloured).not.toMatch(CONTROLS);
  });
});

test("a routing key is exact, though it is no UTF-8", async () => {
  const queue = await createQueue();
  const exchange = await createExchange("fanout");
  await withChannel((channel) => channel.bindQueue(queue, exchange, ""));
  const line = Buffer.concat([Buffer.from("k"), Buffer.of(0xff, 0xfe), Buffer.from("=x\n")]);
  await pub(["-e", exchange, "-l", "--key-delimiter", "="], { stdin: line });
  const { stdout } = await con(["-q", queue, "-n", "1", "--format", "json"]);
  expect(JSON.parse(stdout)).toMatchObject({ routingKey: "k\udcff\udcfe", body: "x" });
  await pub(["--json"], { stdin: stdout });
  const { stdoutBytes } = await con(["-q", queue, "--get", "--format", "%k %K"]);
  expect(stdoutBytes).toEqual(
    Buffer.concat([Buffer.from("k"), Buffer.of(0xff, 0xfe), Buffer.from(" 3")]),
  );
});

describe("colours", () => {
  test("are on a terminal only, and not with NO_COLOR or --color never", async () => {
    const queue = `${await createQueue()}.missing`;
    const args = ["-q", queue];
    const error = "ERROR:  (404";
    expect((await con(args)).stderr).toContain(error);
    const onTerminal = async (more: readonly string[], added: Record<string, string>) =>
      (await pty("amqp-con", [...args, ...more], { env: { ...env, ...added } }).ended()).stdout;
    expect(await onTerminal([], {})).toContain("\x1b[31mERROR:\x1b[39m  (404");
    expect(await onTerminal([], { NO_COLOR: "1" })).toContain(error);
    expect(await onTerminal(["--color", "never"], {})).toContain(error);
    expect((await startCon([...args, "--color", "always"]).ended()).stderr).toContain(
      "\x1b[31mERROR:",
    );
  });
});
