// amqp-pub --rpc asks, amqp-con --reply answers; and what happens when nobody, or nobody in time, or an error answers.
import { describe, expect, test } from "vitest";
import { pub, startPub } from "../support/binaries.ts";
import { brief } from "../support/name.ts";
import {
  createExchange,
  createQueue,
  put,
  takeOnly,
  untilQueue,
  withChannel,
} from "../support/witness.ts";
import { ask, serve } from "../support/rpc.ts";
import { timeless } from "../support/timeless.ts";

describe("a request", () => {
  test.each([
    ["direct reply-to", []],
    ["a queue of its own", ["--reply-queue"]],
  ])("gets the handler's output by %s", async (_, words) => {
    const { queue, server } = await serve('printf "%s" "$(($(cat) * 2))"');
    expect(await ask(queue, "-m", "21", ...words)).toMatchObject({
      code: 0,
      stdout: "42\n",
      stderr: "",
    });
    server.kill();
    expect(await server.ended()).toMatchObject({ code: 0, stdout: "", stderr: "Stopped\n" });
  });

  test("is answered byte for byte, however large", async () => {
    const { queue } = await serve("cat; head -c 300000 /dev/zero");
    const { stdoutBytes } = await ask(queue, "-m", "é\u0001", "--format", "raw");
    expect(stdoutBytes).toEqual(Buffer.concat([Buffer.from("é\u0001"), Buffer.alloc(300_000)]));
  });

  test("cannot have one correlation-id for several requests", async () => {
    const argv = ["--rpc", "-k", "q", "-m", "x", "--nb-messages", "2", "--correlation-id", "c"];
    const { code, stderr } = await pub(argv);
    expect(code).toBe(2);
    expect(stderr).toContain('--rpc excludes --correlation-id "c" for several messages');
  });

  test("keeps a correlation-id of its own, and the reply has it", async () => {
    const { queue } = await serve('printf "%s" "$AMQP_CORRELATION_ID"');
    const { stdout } = await ask(
      queue,
      "-m",
      "x",
      "--correlation-id",
      "mine",
      "--format",
      "%p{correlationId} %s",
    );
    expect(stdout).toContain("mine");
  });

  test("from lines: many are under way at once, and each reply belongs to its request", async () => {
    const { queue } = await serve(
      "read -r n; sleep 0.0$((RANDOM % 9)); echo $((n + 1000))",
      "--jobs",
      "8",
    );
    const numbers = Array.from({ length: 100 }, (_, i) => `${i}`);
    const { code, stdout, stderr } = await pub(
      ["-k", queue, "--rpc", "-l", "--jobs", "16", "--format", "raw", "--summary", "text"],
      { stdin: numbers.join("\n") },
    );
    expect(code).toBe(0);
    const replies = stdout.trimEnd().split("\n").map(Number);
    expect(replies.toSorted((a, b) => a - b)).toEqual(numbers.map((n) => Number(n) + 1000));
    expect(timeless(stderr)).toBe(
      "Account: requests 100 = answered 100 + errors 0 + returned 0 + nacked 0 + unanswered 0\n" +
        "Duration: … s, … messages/s; reason for stopping: end of input\n",
    );
  });

  test("to several servers gets as many replies as it waits for", async () => {
    const exchange = await createExchange("fanout");
    const servers = [await serve("echo one"), await serve("echo two"), await serve("echo three")];
    await withChannel(async (channel) => {
      for (const { queue } of servers) await channel.bindQueue(queue, exchange, "");
    });
    const words = ["-e", exchange, "-m", "x", "--rpc", "--format", "raw"];
    const three = await pub([...words, "--replies", "3"]);
    expect(three).toMatchObject({ code: 0, stderr: "" });
    expect(three.stdout.trimEnd().split("\n").toSorted()).toEqual(["one", "three", "two"]);
    const all = await pub([...words, "--replies", "0", "--timeout", "1"]);
    expect(all.code).toBe(0);
    expect(all.stdout.trimEnd().split("\n")).toHaveLength(3);
    const four = await pub([...words, "--replies", "4", "--timeout", "1"]);
    expect(four.code).toBe(8);
    expect(four.stderr).toContain("WARNING: only 3 of 4 replies within 1 s");
  });
});

describe("a request that nobody answers", () => {
  test("is told at once when it reaches no queue", async () => {
    const nowhere = brief("queue");
    const result = await ask(nowhere, "-m", "x", "--timeout", "60");
    expect(result).toMatchObject({
      code: 5,
      stdout: "",
      stderr: `WARNING: nobody to ask: the request has reached no queue (exchange "", key "${nowhere}")\n`,
    });
    expect(result.ms).toBeLessThan(5000);
  });

  test("ends with exit code 8 after --timeout, and expires in its queue", async () => {
    const queue = await createQueue();
    expect(await ask(queue, "-m", "x", "--timeout", "0.3")).toMatchObject({
      code: 8,
      stdout: "",
      stderr: `WARNING: no reply within 0.3 s (exchange "", key "${queue}")\n`,
    });
    await untilQueue(queue, { messages: 0 });
  });

  test("is given up at the first signal after --grace", async () => {
    const queue = await createQueue();
    const client = startPub(["-k", queue, "-m", "x", "--rpc", "--grace", "0.2"]);
    await untilQueue(queue, { messages: 1 });
    client.kill("SIGINT");
    const { code, stderr } = await client.ended();
    expect({ code, stderr }).toEqual({ code: 8, stderr: "Stopped\n" });
  });
});

const two = (queue: string): string => `${queue},a\n${queue},b\nbad\n`;

describe("input that is no request", () => {
  const asking = ["--rpc", "-l", "--key-delimiter", ",", "--jobs", "4", "--summary", "json"];

  test("ends the run, after the replies to what came before it", async () => {
    const { queue } = await serve("sleep 0.3; tr a-z A-Z", "--jobs", "2");
    const words = [...asking, "--format", "body"];
    const { code, stdout, stderr } = await pub(words, { stdin: two(queue) });
    expect({ code, lines: stdout.split("\n").toSorted() }).toEqual({
      code: 2,
      lines: ["", "A", "B"],
    });
    expect(stderr).toContain('"requests":2,"answered":2');
    expect(stderr).toContain("ERROR: line 3 of stdin: there is no key");
  });

  test("is passed over and counted with --on-bad-record skip", async () => {
    const { queue } = await serve("cat");
    const words = [...asking, "--format", "body", "--on-bad-record", "skip"];
    const { code, stderr } = await pub(words, { stdin: `${two(queue)}${queue},c\n` });
    expect(code).toBe(0);
    expect(JSON.parse(stderr.split("\n").find((line) => line.startsWith("{")) ?? "")).toMatchObject(
      {
        requests: 3,
        answered: 3,
        skipped: 1,
      },
    );
  });

  test("is also what cannot be encoded: its line is told, and the others are asked", async () => {
    const { queue } = await serve("cat");
    const record = (body: string, headers = {}): string =>
      JSON.stringify({ routingKey: queue, body, properties: { headers } });
    const stdin = [record("a"), record("b", { big: "x".repeat(140_000) }), record("c")].join("\n");
    const words = ["--json", "--rpc", "--format", "body", "--on-bad-record", "skip"];
    const { code, stdout, stderr } = await pub(words, { stdin });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "a\nc\n" });
    expect(stderr).toMatch(/^WARNING: line 2 of stdin: .*larger than one frame.*; skipped$/m);
  });

  test.each([
    [["-l", "/nonexistent"], '--lines "/nonexistent": no such file'],
    [["--template", "-m", "{{foo}}"], "--template: {{foo}}: no such word"],
  ])("%j is told before anything is connected to", async (words, sentence) => {
    const nowhere = ["-k", "x", "--rpc", "--url", "amqp://127.0.0.1:1"];
    const { code, stderr } = await pub([...words, ...nowhere]);
    expect(code).toBe(2);
    expect(stderr).toContain(`ERROR: ${sentence}`);
  });
});

test("more requests than --jobs allows do not hold up the end after a signal", async () => {
  const queue = await createQueue();
  const words = ["-k", queue, "--rpc", "-l", "--grace", "0.2", "--timeout", "100"];
  const client = startPub(words, { stdin: "open" });
  await client.write("a\nb\n");
  await untilQueue(queue, { messages: 1 });
  client.kill("SIGTERM");
  expect(await client.ended()).toMatchObject({ code: 8, stderr: "Stopped\n" });
});

test("a message that wants no reply is handled all the same, and that is told once", async () => {
  const { queue, server } = await serve("cat >/dev/null; echo reply");
  await put(queue, "one", "two");
  await server.waitFor("stderr", "WARNING: a request names no queue to reply to");
  await untilQueue(queue, { messages: 0 });
  server.kill();
  const { code, stdout, stderr } = await server.ended();
  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  expect(stderr.match(/WARNING/g)).toHaveLength(1);
});

test("any other client may ask: the reply has its correlation-id and no other marks", async () => {
  const { queue } = await serve("printf pong");
  const answers = await createQueue();
  await put(queue, { body: "ping", replyTo: answers, correlationId: "c-1" });
  await untilQueue(answers, { messages: 1 });
  const { content, properties } = await takeOnly(answers);
  expect(content.toString()).toBe("pong");
  expect(properties).toMatchObject({ correlationId: "c-1", type: undefined, headers: {} });
});
