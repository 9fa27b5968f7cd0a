// How amqp-con settles what it has shown, and with whom it shares a queue: put back, refused, several at a time; by priority,
// alone, or from several queues. And what has arrived and waits for its turn still counts for the stop rules.
import { describe, expect, test } from "vitest";
import { con, startCon } from "../support/binaries.ts";
import {
  createQueue,
  put,
  queueState,
  takeAll,
  takeBodies,
  untilQueue,
} from "../support/witness.ts";

const BODY = ["--format", "body"];

const kinds = [
  ["classic", {}],
  ["quorum", { arguments: { "x-queue-type": "quorum" } }],
] as const;

test("--peek leaves a queue alone that lives only as long as its consumers", async () => {
  const queue = await createQueue(["1", "2", "3"], { autoDelete: true });
  const { code, stdout } = await con(["-q", queue, "--peek", ...BODY]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "1\n2\n3\n" });
  expect(await takeBodies(queue)).toEqual(["1", "2", "3"]);
});

test.each(kinds)("--peek keeps the order of many messages in a %s queue", async (_, options) => {
  const bodies = [...Array(100).keys()].map(String);
  const queue = await createQueue(bodies, options);
  for (let look = 0; look < 2; look++) {
    const { code, stdout } = await con(["-q", queue, "--peek", ...BODY]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${bodies.join("\n")}\n` });
    await untilQueue(queue, { messages: 100, consumers: 0 });
  }
  expect(await takeBodies(queue)).toEqual(bodies);
});

test("--peek needs no second channel", async () => {
  const queue = await createQueue(["1", "2"]);
  const exit = await con(["-q", queue, "--peek", "--channel-max", "1", ...BODY]);
  expect(exit).toMatchObject({ code: 0, stdout: "1\n2\n" });
});

test("--peek sees what another consumer, the only active one, has not taken", async () => {
  const table = { "x-single-active-consumer": true };
  const queue = await createQueue([], { arguments: table });
  const active = startCon(["-q", queue, "--prefetch", "1", "--work", "100"]);
  await untilQueue(queue, { consumers: 1 });
  await put(queue, "1", "2", "3");
  await untilQueue(queue, { messages: 2 });
  expect((await con(["-q", queue, "--peek", ...BODY])).stdout).toBe("2\n3\n");
  active.kill("SIGKILL");
  await active.ended();
});

describe.each(kinds)("on a %s queue", (kind, options) => {
  test.each(["ack", "reject"])(
    "--on-mismatch %s does not touch what is behind the last message",
    async (fate) => {
      const queue = await createQueue(["1", "quit", "2", "3"], options);
      const words = ["-q", queue, "--where", "body == 'quit'", "--on-mismatch", fate];
      expect((await con([...words, "--until-body", "quit", ...BODY])).stdout).toBe("quit\n");
      await untilQueue(queue, { messages: 2, consumers: 0 });
      expect(await takeBodies(queue)).toEqual(["2", "3"]);
    },
  );

  test("--peek shows from the front, and leaves contents and order as they were", async () => {
    const headers = { n: 5, text: "é" };
    const bodies = ["1", "2", "3", "4", "5"];
    const queue = await createQueue([], options);
    await put(queue, ...bodies.map((body) => ({ body, headers, messageId: body, priority: 3 })));
    // A quorum queue puts what comes back behind what came back before: the next one sees as much, or more.
    for (const count of kind === "quorum" ? ["3", "3", "9"] : ["3", "2", "9"]) {
      const words = ["-q", queue, "--peek", "-n", count, "--until-empty", ...BODY];
      const { code, stdout } = await con(words);
      expect(code).toBe(0);
      expect(stdout.trimEnd().split("\n")).toEqual(bodies.slice(0, Number(count)));
      await untilQueue(queue, { messages: 5, consumers: 0 });
    }
    const left = await takeAll(queue);
    expect(left.map(({ content }) => content.toString())).toEqual(bodies);
    expect(left.map(({ properties }) => properties.messageId)).toEqual(bodies);
    expect(left[4]?.properties.headers).toMatchObject(headers);
    expect(kind === "quorum" || left[4]?.properties.priority === 3).toBe(true);
  });

  test("--nack and --reject give messages away, or put them back with --requeue", async () => {
    const dead = await createQueue([], options);
    const table = { "x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead };
    const all = { ...("arguments" in options ? options.arguments : {}), ...table };
    const queue = await createQueue(["1", "2", "3", "4"], { arguments: all });
    const words = ["-q", queue, "-n", "2", "--summary", "json", ...BODY];
    const back = await con([...words, "--nack", "--requeue"]);
    expect(JSON.parse(back.stderr.split("\n")[1] ?? "")).toMatchObject({ requeued: 2, left: 0 });
    await untilQueue(queue, { messages: 4 });
    const away = await con([...words, "--nack"]);
    expect(JSON.parse(away.stderr.split("\n")[1] ?? "")).toMatchObject({ rejected: 2, acked: 0 });
    expect(await con([...words, "--reject"])).toMatchObject({ code: 0 });
    await untilQueue(queue, { messages: 0 });
    await untilQueue(dead, { messages: 4 });
    expect((await takeBodies(dead)).toSorted()).toEqual(["1", "2", "3", "4"]);
  });
});

test.each([
  ["requeue", { acked: 2, requeued: 3, rejected: 0 }],
  ["ack", { acked: 5, requeued: 0, rejected: 0 }],
  ["reject", { acked: 2, requeued: 0, rejected: 3 }],
])("--where with --on-mismatch %s counts what does not match as well", async (fate, counts) => {
  const queue = await createQueue(["1", "2", "3", "4", "5"]);
  const words = ["-q", queue, "--where", "int(body) > 3", "--on-mismatch", fate];
  const { stdout, stderr } = await con([...words, "--until-empty", "--summary", "json", ...BODY]);
  expect(stdout).toBe("4\n5\n");
  expect(JSON.parse(stderr.split("\n")[1] ?? "")).toMatchObject({
    received: 5,
    left: 0,
    ...counts,
  });
  await untilQueue(queue, { messages: counts.requeued });
});

describe("--ack-every", () => {
  test("acknowledges the rest after a moment, and at the end", async () => {
    const queue = await createQueue(["1", "2", "3", "4", "5"]);
    const consumer = startCon(["-q", queue, "--ack-every", "3", ...BODY]);
    await consumer.waitForLines("stdout", 5);
    await untilQueue(queue, { messages: 0 });
    await put(queue, "6");
    await consumer.waitForLines("stdout", 6);
    consumer.kill("SIGTERM");
    expect(await consumer.ended()).toMatchObject({ code: 0, stderr: "Stopped\n" });
    expect(await takeBodies(queue)).toEqual([]);
  });
});

describe("behind messages that are held to the end", () => {
  test("a run ends that can get no more, also when all has come at once", async () => {
    const queue = await createQueue(["1", "2", "3", "4"]);
    const words = ["-q", queue, "--where", "body == 'hit'", "--prefetch", "3"];
    const { code, stderr } = await con(words);
    expect({ code, stderr }).toEqual({
      code: 8,
      stderr: "Stopping: --prefetch holds no more: 3 are held; there may be more behind them\n",
    });
    await untilQueue(queue, { messages: 4 });
  });

  test("another queue is waited for: each may have --prefetch messages in hand", async () => {
    const [full, other] = [await createQueue(["1", "2", "3"]), await createQueue()];
    const words = ["-q", full, "-q", other, "--where", "body == 'hit'", "--prefetch", "2"];
    const consumer = startCon([...words, "-n", "1", ...BODY]);
    await untilQueue(full, { messages: 1 });
    await put(other, "hit");
    expect(await consumer.ended()).toMatchObject({ code: 0, stdout: "hit\n" });
    await untilQueue(full, { messages: 3 });
  });

  test("--ack-every acknowledges too, after a moment: else nothing more would come", async () => {
    const queue = await createQueue(["1", "2", "3", "4", "5"]);
    const words = ["-q", queue, "--where", "int(body) > 1", "--ack-every", "3", "--prefetch", "3"];
    expect((await con([...words, "-n", "4", ...BODY])).stdout).toBe("2\n3\n4\n5\n");
    await untilQueue(queue, { messages: 1 });
  });

  test("hundreds of single acknowledgements are taken in by a quorum queue before the end", async () => {
    const numbers = Array.from({ length: 400 }, (_, i) => `${i}`);
    const queue = await createQueue(numbers, kinds[1][1]);
    const words = ["-q", queue, "--where", "int(body) % 2 == 0", "--prefetch", "400"];
    const { stdout } = await con([...words, "--ack-every", "400", "-n", "200", ...BODY]);
    expect(stdout.trimEnd().split("\n")).toEqual(numbers.filter((n) => Number(n) % 2 === 0));
    await untilQueue(queue, { messages: 200, consumers: 0 });
    expect(await takeBodies(queue)).toEqual(numbers.filter((n) => Number(n) % 2 === 1));
  });
});

describe("what has arrived and waits for its turn", () => {
  test.each([["--until-empty"], ["--idle-timeout", "0.1"]])(
    "does not end a run with %s",
    async (...rule) => {
      const queue = await createQueue(["1", "2", "3", "4"]);
      const { code, stdout } = await con(["-q", queue, "--rate", "5", ...rule, ...BODY]);
      expect({ code, stdout }).toEqual({ code: 0, stdout: "1\n2\n3\n4\n" });
    },
  );

  test("--rate lets through no more than that", async () => {
    const queue = await createQueue(["1", "2", "3", "4", "5"]);
    const { ms } = await con(["-q", queue, "--rate", "5", "-n", "5"]);
    expect(ms).toBeGreaterThan(800);
  });
});

describe("a queue", () => {
  test("gives to the consumer with the higher priority first", async () => {
    const queue = await createQueue();
    const words = ["-q", queue, ...BODY, "--consumer-priority"];
    const low = startCon([...words, "1"]);
    const high = startCon([...words, "10", "-n", "3"]);
    await untilQueue(queue, { consumers: 2 });
    await put(queue, "1", "2", "3");
    expect(await high.ended()).toMatchObject({ code: 0, stdout: "1\n2\n3\n" });
    await put(queue, "4");
    await low.waitForLines("stdout", 1);
    expect(low.stdout.lines).toEqual(["4"]);
  });

  test("that somebody has for himself is refused to others", async () => {
    const queue = await createQueue();
    startCon(["-q", queue, "--exclusive-consumer"]);
    await untilQueue(queue, { consumers: 1 });
    const { code, stderr } = await con(["-q", queue]);
    expect(code).toBe(4);
    expect(stderr).toContain("hint: another consumer holds this queue exclusively; stop it first");
  });

  test("with a single active consumer passes to the next one when that has ended", async () => {
    const queue = await createQueue([], { arguments: { "x-single-active-consumer": true } });
    const first = startCon(["-q", queue, "-n", "2", ...BODY]);
    await untilQueue(queue, { consumers: 1 });
    const second = startCon(["-q", queue, "-n", "1", ...BODY]);
    await untilQueue(queue, { consumers: 2 });
    await put(queue, "1", "2", "3");
    expect(await first.ended()).toMatchObject({ code: 0, stdout: "1\n2\n" });
    expect(await second.ended()).toMatchObject({ code: 0, stdout: "3\n" });
  });

  test("is one of several that are consumed together", async () => {
    const [one, two] = [await createQueue(["1", "2"]), await createQueue(["3"])];
    const { code, stdout } = await con(["-q", one, "-q", two, "-n", "3", "--format", "%q %s\\n"]);
    expect(code).toBe(0);
    const lines = [`${one} 1`, `${one} 2`, `${two} 3`];
    expect(stdout.trimEnd().split("\n").toSorted()).toEqual(lines.toSorted());
    expect(await queueState(one)).toEqual({ messages: 0, consumers: 0 });
  });

  test("is one of several, of which the first holds more than may wait", async () => {
    const large = Array.from({ length: 200 }, () => Buffer.alloc(32 * 1024));
    const [one, two] = [await createQueue(large), await createQueue(["3"])];
    const all = ["-q", one, "-q", two, "--until-empty", "--format", "%q\n"];
    const { code, stdout } = await con(all);
    expect(code).toBe(0);
    const from = (queue: string): number => stdout.split(`${queue}\n`).length - 1;
    expect([from(one), from(two)]).toEqual([200, 1]);
  });
});
