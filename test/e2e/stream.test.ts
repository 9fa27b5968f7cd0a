// Streams: they keep their messages and take none back, so that a handler's verdict can only be to go on.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { con, startCon } from "../support/binaries.ts";
import { testFolder } from "../support/folder.ts";
import { proxied } from "../support/proxied.ts";
import { createQueue, put, takeBodies, untilQueue, withChannel } from "../support/witness.ts";

const STREAM = { arguments: { "x-queue-type": "stream" } };

/** What a run says of its messages. */
const summary = (stderr: string): unknown => JSON.parse(/^\{.*$/m.exec(stderr)?.[0] ?? "");

/** Runs a handler for the two messages of a new stream. */
async function handle(script: string, ...words: readonly string[]) {
  const stream = await createQueue(["1", "2"], STREAM);
  const reading = ["-q", stream, "--offset", "first", "-n", "2", "--summary", "json"];
  const { code, stderr } = await con([...reading, ...words, "--shell", script]);
  return { code, account: summary(stderr), stderr };
}

describe("a handler of messages from a stream", () => {
  test.each([
    ["exit 0", 0, { acked: 2, rejected: 0 }],
    ["exit 1", 6, { acked: 0, rejected: 2 }],
    ["exit 3", 0, { acked: 0, rejected: 2 }],
    ["exit 4", 0, { acked: 0, rejected: 2 }],
    ["exit 75", 6, { acked: 0, rejected: 2 }],
  ])("with %s: the run goes on, and ends with exit code %i", async (script, code, counts) => {
    const { account, ...ended } = await handle(script);
    expect(ended.code).toBe(code);
    expect(account).toMatchObject({ received: 2, requeued: 0, retried: 0, left: 0, ...counts });
    expect(ended.stderr.includes("a stream takes no message back")).toBe(/4|75/.test(script));
  });

  test("that fails for good: the message is at --dead-letter", async () => {
    const dead = await createQueue();
    const { code, account } = await handle("exit 75", "--dead-letter", `:${dead}`);
    expect({ code, account }).toMatchObject({ code: 6, account: { deadLettered: 2, left: 0 } });
    await untilQueue(dead, { messages: 2 });
    expect(await takeBodies(dead)).toEqual(["1", "2"]);
  });

  test("is told from others without --offset, too: nothing is tried again and lost", async () => {
    const stream = await createQueue([], STREAM);
    const reading = ["-q", stream, "--prefetch", "5", "-n", "1", "--summary", "json"];
    const worker = startCon([...reading, "--shell", "exit 75"]);
    let isOver = false;
    const ended = worker.ended().finally(() => (isOver = true));
    // It reads what comes after its subscription, and nobody can see that: the broker counts no consumers of a stream.
    const putOne = async (): Promise<boolean> => {
      await put(stream, "x");
      return isOver;
    };
    await expect.poll(putOne, { timeout: 20_000, interval: 100 }).toBe(true);
    const { code, stderr } = await ended;
    expect({ code, account: summary(stderr) }).toMatchObject({
      code: 6,
      account: { received: 1, retried: 0, rejected: 1 },
    });
  });

  test("is not mistaken for a message that only has the header of one", async () => {
    const queue = await createQueue();
    await put(queue, { body: "1", headers: { "x-stream-offset": 5 } });
    const retrying = ["--retry-delay", "0.1", "--retries", "1", "--summary", "json", "-n", "2"];
    const { stderr } = await con(["-q", queue, ...retrying, "--shell", "exit 75"]);
    expect(summary(stderr)).toMatchObject({ received: 2, retried: 1, rejected: 1 });
    await withChannel((channel) => channel.deleteQueue(`${queue}.retry-100ms`));
  });

  test("that stops the run leaves the rest", async () => {
    const { code, account } = await handle("exit 1", "--on-failure", "stop");
    expect(code).toBe(6);
    expect(account).toMatchObject({ acked: 0, rejected: 0, requeued: 0 });
  });
});

/** Reads from the first message on, and leaves it to the broker to tell that it is a stream. */
const UNNAMED = ["--consumer-arg", "x-stream-offset=first"];

describe("what a stream excludes is refused without --offset, too, as soon as it is known to be one:", () => {
  const onFirst = test.each([
    [["--nack", "-n", "1"], "--nack"],
    [["--reject", "-n", "5"], "--reject"],
    [["--where", "body == '2'", "--on-mismatch", "reject"], "--on-mismatch reject"],
    [["--until-empty"], "--until-empty"],
    [["--peek"], "--peek"],
    [["--retries", "2", "--shell", "echo handled"], "--retries"],
    [["--on-failure", "requeue", "--shell", "echo handled"], "--on-failure requeue"],
  ]);
  onFirst("%j, by its first message", async (words, flag) => {
    const stream = await createQueue(["1", "2"], STREAM);
    const reading = ["-q", stream, ...UNNAMED, "--summary", "json"];
    const { code, stdout, stderr } = await con([...reading, ...words]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`ERROR: ${flag} excludes a stream\n`);
    expect(summary(stderr)).toMatchObject({ received: 0, rejected: 0, requeued: 0 });
  });

  test.each([
    [["--until-empty", "--prefetch", "5"], "--until-empty"],
    [["--nack", "--requeue", "-n", "1"], "--nack"],
  ])("%j, where no message tells", async (words, flag) => {
    const stream = await createQueue(["1", "2"], STREAM);
    const { code, stderr } = await con(["-q", stream, ...words]);
    expect(code).toBe(2);
    expect(stderr).toContain(`ERROR: ${flag} excludes a stream\n`);
  });

  test.each([[["--peek"]], [["--peek", "--where", "true", "-n", "1"]]])(
    "%j, where the broker tells",
    async (words) => {
      const stream = await createQueue(["1", "2"], STREAM);
      const { code, stderr } = await con(["-q", stream, ...words]);
      expect(code).toBe(2);
      expect(stderr).toContain("ERROR: --peek excludes a stream\n");
    },
  );
});

test.each([
  ["--format", "body", "hit\n"],
  ["--shell", "cat", "hit"],
  ["--forward", "amq.direct", ""],
])(
  "what --where does not want is passed over without --offset, too: with %s %s it holds no place",
  async (flag, value, output) => {
    const stream = await createQueue(["1", "2", "3", "4", "hit"], STREAM);
    const elsewhere = await createQueue();
    // Where --forward leads: by the routing key of a message, which is its queue's name.
    await withChannel((channel) => channel.bindQueue(elsewhere, "amq.direct", stream));
    const choosing = ["--where", "body == 'hit'", "--prefetch", "2", "-n", "1"];
    const reading = ["-q", stream, ...UNNAMED, ...choosing, "--summary", "json"];
    const { code, stdout, stderr } = await con([...reading, flag, value]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: output });
    expect(summary(stderr)).toMatchObject({ received: 5, acked: 5, requeued: 0, left: 0 });
  },
);

test("what is in hand when a run ends is no error", async () => {
  const stream = await createQueue(["1", "2", "3"], STREAM);
  const words = ["-q", stream, "--prefetch", "10", "-n", "1", "--format", "body"];
  const { code, stdout, stderr } = await con([...words, "--offset", "first"]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "1\n" });
  expect(stderr).toBe("Stopping: --count 1 reached\n");
});

test.each(["classic", "quorum"])(
  "a %s queue has no places, which --offset-file does not hide: nothing is taken from it",
  async (type) => {
    const queue = await createQueue(["1"], { arguments: { "x-queue-type": type } });
    const place = join(await testFolder(), "place");
    const { code, stdout, stderr } = await con(["-q", queue, "--offset-file", place, "-n", "1"]);
    expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
    expect(stderr).toContain("invalid arg 'x-stream-offset'");
    expect(stderr).toContain("\nhint: only a stream has places to read from: ");
    await untilQueue(queue, { messages: 1 });
  },
);

/** What the file says, as soon as there is one. */
async function offsetIn(place: string): Promise<number> {
  const read = async (): Promise<string> => readFile(place, "utf8").catch(() => "");
  await expect.poll(read, { timeout: 10_000 }).toContain("offset");
  return Number(JSON.parse(await read()).offset);
}

describe("--ack-auto", () => {
  test("after a lost connection what was shown does not come again", async () => {
    const stream = await createQueue(["1", "2", "3"], STREAM);
    const { proxy, env } = await proxied();
    const words = ["-q", stream, "--offset", "first", "--ack-auto", "--format", "body"];
    const reader = startCon(words, { env });
    await reader.waitForLines("stdout", 3);
    proxy.cut();
    await put(stream, "4");
    await reader.waitFor("stdout", "4");
    reader.kill("SIGTERM");
    expect(await reader.ended()).toMatchObject({ code: 0, stdout: "1\n2\n3\n4\n" });
  });

  test("a crash loses nothing that was not shown: --offset-file does not count it", async () => {
    const stream = await createQueue(["1", "2", "3", "4", "5"], STREAM);
    const place = join(await testFolder(), "place");
    const reading = ["-q", stream, "--offset", "first", "--offset-file", place, "--format", "body"];
    const reader = startCon([...reading, "--ack-auto", "--rate", "1"]);
    const offset = await offsetIn(place);
    reader.kill("SIGKILL");
    const { stdout } = await reader.ended();
    expect(offset).toBeLessThan(stdout.split("\n").length - 1);
    const next = await con([...reading, "-n", "1"]);
    expect(next.stdout).toBe(`${offset + 2}\n`);
  });
});

/** Far more than waits unread while the broker is asked whether they come from a stream. */
const COPIES = 150;

test.each([["--peek"], ["--until-empty"]])(
  "large copies of a stream's messages come: %s",
  async (way) => {
    const headers = { "x-stream-offset": 5 };
    const queue = await createQueue();
    await put(
      queue,
      ...Array.from({ length: COPIES }, () => ({ body: "x".repeat(100_000), headers })),
    );
    const { code, stdout } = await con(["-q", queue, way, "-n", `${COPIES}`, "--format", "%k\\n"]);
    expect({ code, lines: stdout.split("\n").length - 1 }).toEqual({ code: 0, lines: COPIES });
  },
);
