// What amqp-con writes where: bytes into pipes and files, safe text on terminals; and what happens when nobody can take it.
import { closeSync, openSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { channelOpenOk } from "../support/amqp-answer.ts";
import { close } from "../support/amqp-frame.ts";
import { con, pub, startCon } from "../support/binaries.ts";
import { atTestEnd } from "../support/cleanup.ts";
import { testFolder } from "../support/folder.ts";
import { misbehave } from "../support/misbehave.ts";
import { handshake, whenever } from "../support/misbehave-script.ts";
import { pty, quote, shell } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import {
  createExchange,
  createQueue,
  takeAll,
  takeBodies,
  untilQueue,
  withChannel,
} from "../support/witness.ts";

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

describe("output that nobody takes", () => {
  test("a reader that has enough ends the run quietly, and what it did not get is in the queue again", async () => {
    const bodies = Array.from({ length: 50 }, (_, i) => `${i + 1}`.padEnd(20_000, "."));
    const queue = await createQueue(bodies);
    const exit = await shell(`amqp-con -q ${quote(queue)} --format body | head -1`, {
      env,
    }).ended();
    expect(exit).toMatchObject({ code: 0, stdout: `${bodies[0]}\n`, stderr: "" });
    await untilQueue(queue, { consumers: 0 });
    const left = await takeBodies(queue);
    expect(left).toEqual(bodies.slice(-left.length));
    // A pipe holds 64 KiB: three or four of these messages, which were written before the reader went.
    expect(left.length).toBeGreaterThan(40);
  });

  test("Node told to die of what it discourages does not, and does without the watch for readers", async () => {
    const queue = await createQueue(["x"]);
    const NODE_OPTIONS = "--pending-deprecation --throw-deprecation";
    const exit = await shell(`amqp-con -q ${quote(queue)} -n 1 | cat`, {
      env: { ...env, NODE_OPTIONS },
    }).ended();
    expect(exit).toMatchObject({ code: 0, stdout: "Received: x\n" });
    expect(exit.stderr).not.toContain("DeprecationWarning");
  });

  test("a reader that stands still gets the time of --grace, and holds up no end", async () => {
    const queue = await createQueue(["1", "2", "3"].map((body) => body.repeat(200_000)));
    const consumer = `sh -c 'echo $$ >&2; exec amqp-con "$@"' sh -q ${quote(queue)} --grace 0.2`;
    const line = `{ ${consumer}; echo "ended with $?" >&2; } | sleep 30`;
    const pipe = shell(line, { env });
    const pid = Number(await pipe.waitFor("stderr", /^\d+$/));
    await untilQueue(queue, { messages: 0, consumers: 1 });
    process.kill(pid, "SIGTERM");
    expect(await pipe.waitFor("stderr", /^ended/)).toBe("ended with 0");
    await untilQueue(queue, { messages: 3, consumers: 0 });
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

  test("a full disk is exit code 7, and nothing is lost", async () => {
    const queue = await createQueue(["1", "2", "3"]);
    const full = openSync("/dev/full", "w");
    atTestEnd(() => closeSync(full));
    const { code, stderr } = await con(["-q", queue], { stdout: full });
    expect({ code, stderr }).toEqual({
      code: 7,
      stderr: [
        "ERROR: standard output cannot be written: ENOSPC: no space left on device, write",
        "hint: make room on the disk",
        "",
      ].join("\n"),
    });
    await untilQueue(queue, { messages: 3, consumers: 0 });
    const left = await takeAll(queue);
    expect(left.map(({ content }) => content.toString())).toEqual(["1", "2", "3"]);
  });

  test("a full disk, not the count, is why the run has stopped", async () => {
    const queue = await createQueue(["1", "2", "3"]);
    const full = openSync("/dev/full", "w");
    atTestEnd(() => closeSync(full));
    const { code, stderr } = await con(["-q", queue, "-n", "3", "--summary", "json"], {
      stdout: full,
    });
    expect(code).toBe(7);
    expect(stderr).toContain('"left":3,');
    expect(stderr).toContain('"reason":"standard output cannot be written: ENOSPC');
  });

  test("of a message that fits a file in part only, nothing is acknowledged", async () => {
    const queue = await createQueue(["a".repeat(9000), "b".repeat(9000), "c".repeat(9000)]);
    const file = join(await testFolder(), "limited");
    const limited = `ulimit -f 20; amqp-con -q ${quote(queue)} --format body > ${quote(file)}`;
    const { code, stderr } = await shell(limited, { env }).ended();
    expect(code).toBe(7);
    expect(stderr).toContain("EFBIG");
    expect((await stat(file)).size).toBe(20 * 1024);
    await untilQueue(queue, { consumers: 0 });
    expect((await takeBodies(queue)).at(-1)).toBe("c".repeat(9000));
  });

  test("a publisher whose reader goes ends quietly as well", async () => {
    const queue = await createQueue();
    const pipe = `yes | amqp-pub -k ${quote(queue)} -l --confirm | head -1`;
    const exit = await shell(`set +o pipefail; ${pipe}`, { env }).ended();
    expect(exit).toMatchObject({ code: 0, stdout: "Sent: y\n", stderr: "" });
  });
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
