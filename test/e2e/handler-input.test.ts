// amqp-con -- COMMAND: what a handler gets: body, record, environment, arguments; and what it prints.
import { describe, expect, test } from "vitest";
import { con } from "../support/binaries.ts";
import { pty, shell } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createQueue, takeBodies } from "../support/witness.ts";

const ONE = "Stopping: --count 1 reached\n";
const EMPTY = "Stopping: the queue is empty (--until-empty)\n";

/** Handles the one message of a queue. */
async function handleOne(queue: string, ...words: readonly string[]) {
  return await con(["-q", queue, "-n", "1", ...words]);
}

describe("a handler gets", () => {
  test("the body, byte for byte, on standard input, which it may open again as /dev/stdin", async () => {
    const body = Buffer.from([0, 255, 10, 13, 27, 200]);
    const queue = await createQueue([body]);
    const { code, stdoutBytes, stderr } = await handleOne(queue, "--shell", "cat; cat /dev/stdin");
    expect({ code, stderr }).toEqual({ code: 0, stderr: ONE });
    expect(stdoutBytes).toEqual(Buffer.concat([body, body]));
  });

  test("an empty body as the end of its input", async () => {
    const queue = await createQueue([""]);
    expect(await handleOne(queue, "--", "cat")).toMatchObject({ code: 0, stdout: "" });
  });

  test("a large body", async () => {
    const queue = await createQueue([Buffer.alloc(5_000_000, "x")]);
    expect(await handleOne(queue, "--", "wc", "-c")).toMatchObject({
      code: 0,
      stdout: "5000000\n",
    });
  });

  test("the record as one line of JSON on descriptor 3", async () => {
    const properties = { contentType: "text/plain", headers: { n: "5" }, deliveryMode: 2 };
    const queue = await createQueue([{ body: "héllo", ...properties }]);
    const { stdout } = await handleOne(queue, "--shell", "cat /dev/fd/3");
    expect(stdout.split("\n")).toHaveLength(2);
    expect(JSON.parse(stdout)).toMatchObject({
      exchange: "",
      routingKey: queue,
      redelivered: false,
      deliveryTag: 1,
      properties,
      body: "héllo",
    });
  });

  test("what the message says of itself in its environment", async () => {
    const queue = await createQueue([
      {
        body: "",
        contentType: "a/b",
        correlationId: "c",
        replyTo: "r",
        type: "t",
        priority: 3,
        headers: { "x-delay": 5000, "Name with blanks": "välue", flag: true, list: ["a", "b"] },
      },
    ]);
    const { stdout } = await handleOne(
      queue,
      "--consumer-tag",
      "me",
      "--shell",
      "env | grep ^AMQP_",
    );
    const said = Object.fromEntries(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.split(/=(.*)/s)),
    );
    expect(said).toMatchObject({
      AMQP_EXCHANGE: "",
      AMQP_ROUTING_KEY: queue,
      AMQP_QUEUE: queue,
      AMQP_ATTEMPT: "1",
      AMQP_REDELIVERED: "false",
      AMQP_DELIVERY_TAG: "1",
      AMQP_CONSUMER_TAG: "me",
      AMQP_CONTENT_TYPE: "a/b",
      AMQP_CORRELATION_ID: "c",
      AMQP_REPLY_TO: "r",
      AMQP_TYPE: "t",
      AMQP_PRIORITY: "3",
      AMQP_HEADER_X_DELAY: "5000",
      AMQP_HEADER_NAME_WITH_BLANKS: "välue",
      AMQP_HEADER_FLAG: "true",
      AMQP_HEADER_LIST: '["a","b"]',
    });
  });

  test("none of our secrets, and no facts of another message", async () => {
    const queue = await createQueue(["x"]);
    const env = {
      AMQP_PASSWORD: "guest",
      AMQP_USERPASS: "guest:guest",
      AMQP_TYPE: "old",
      KEPT: "yes",
      AMQP_HEADER_OLD: "old",
    };
    const { code, stdout } = await con(["-q", queue, "-n", "1", "--", "env"], { env });
    expect(code).toBe(0);
    expect(stdout).toContain("KEPT=yes\n");
    expect(stdout).not.toMatch(/AMQP_(URL|PASSWORD|USERPASS|TYPE|HEADER_OLD)=|guest:guest@/);
  });

  test("its arguments as they are, without any shell", async () => {
    const hostile = [
      "; echo",
      "`id`",
      "$(id)",
      "a\nb",
      "-n",
      "*",
      "'\"\\",
      "$PATH",
      "é\u202e",
      " ",
    ];
    const queue = await createQueue(["x"]);
    const { stdout } = await handleOne(queue, "--", "printf", String.raw`[%s]\n`, ...hostile);
    expect(stdout).toBe(hostile.map((word) => `[${word}]\n`).join(""));
  });

  test("headers as data, whatever they hold", async () => {
    const headers = { a: "$(touch /x)", b: "() { :;}; echo pwned", c: "line\nBREAK=1", d: "x\0y" };
    const queue = await createQueue([
      { body: "", headers: { ...headers, big: "x".repeat(60_000) } },
    ]);
    const script = 'printf "%s|" "$AMQP_HEADER_A" "$AMQP_HEADER_B" "$AMQP_HEADER_C" "${BREAK-}"';
    const { code, stdout, stderr } = await handleOne(queue, "--", "bash", "-c", script);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${headers.a}|${headers.b}|${headers.c}||`,
    });
    const told = "the record on descriptor 3 has it";
    // Newer brokers sort headers.
    expect(stderr.split("\n").toSorted()).toEqual([
      "",
      ONE.trimEnd(),
      `WARNING: not in a handler's environment: AMQP_HEADER_BIG (it is larger than 32768 bytes); ${told}`,
      `WARNING: not in a handler's environment: AMQP_HEADER_D (it holds a NUL); ${told}`,
    ]);
  });
});

test("an amqp-pub within a handler does not take the message for its flags", async () => {
  const [queue, results] = [await createQueue(["x"]), await createQueue()];
  const line = `amqp-con -q ${queue} -n 1 --shell 'AMQP_URL=$BROKER amqp-pub -q ${results} -m y --quiet'`;
  const { url } = sharedBroker();
  const { code, stderr } = await shell(line, { env: { AMQP_URL: url, BROKER: url } }).ended();
  expect({ code, stderr }).toEqual({ code: 0, stderr: ONE });
  expect(await takeBodies(results)).toEqual(["y"]);
});

describe("a handler that reads neither its input nor descriptor 3", () => {
  test.each([10, 3_000_000])("is done when it ends, with %d bytes waiting for it", async (size) => {
    const queue = await createQueue([Buffer.alloc(size, "x"), Buffer.alloc(size, "y")]);
    const result = await con(["-q", queue, "--until-empty", "--", "true"]);
    expect(result).toMatchObject({ code: 0, stdout: "", stderr: EMPTY });
    expect(await takeBodies(queue)).toEqual([]);
  });

  test("may close both at once", async () => {
    const queue = await createQueue([Buffer.alloc(1_000_000)]);
    const result = await handleOne(queue, "--shell", "exec <&- 3<&-; echo done");
    expect(result).toMatchObject({ code: 0, stdout: "done\n", stderr: ONE });
  });
});

test("what a handler prints cannot act on a terminal", async () => {
  const queue = await createQueue(["\x1b]0;title\x07"]);
  const env = { AMQP_URL: sharedBroker().url };
  const script = "cat; cat >&2";
  const worker = pty(
    "amqp-con",
    ["-q", queue, "-n", "1", "--shell", `${script}; cat /dev/stdin >&2`],
    { env },
  );
  const { code, stdout } = await worker.ended();
  expect(code).toBe(0);
  expect(stdout).not.toContain("\x1b");
  expect(stdout).not.toContain("\x07");
  expect(stdout.split(String.raw`\x1b]0;title\x07`)).toHaveLength(3);
});
