// What amqp-con takes, how much at a time, when it acknowledges, and what it leaves in the queue.
import { describe, expect, test } from "vitest";
import { cancelOk, channelOpenOk, consumeOk, deliver, qosOk } from "../support/amqp-answer.ts";
import { con, startCon } from "../support/binaries.ts";
import { misbehave, type Misbehaviour } from "../support/misbehave.ts";
import { goodbye, handshake, whenever } from "../support/misbehave-script.ts";
import { run, runToEnd } from "../support/run.ts";
import { createQueue, put, takeAll, takeBodies, untilQueue } from "../support/witness.ts";

const MANY_BYTES = "x".repeat(1_048_576);

/** A broker with a subscription on which the test delivers; the client's first heartbeat comes after a second. */
async function subscription(): Promise<Misbehaviour> {
  return await misbehave([
    ...handshake(1),
    whenever("channel.open", channelOpenOk()),
    whenever("basic.qos", qosOk()),
    whenever("basic.cancel", cancelOk("tag")),
    ...goodbye(),
    "basic.consume",
    consumeOk("tag"),
  ]);
}

/** The highest delivery tag that the client has acknowledged. */
function acknowledged(server: Misbehaviour): number {
  const acks = server.received().filter(({ name }) => name === "basic.ack");
  return Math.max(0, ...acks.map(({ payload }) => Number(payload.readBigUInt64BE(4))));
}

describe("a message", () => {
  test("is acknowledged when its line is written, and not before", async () => {
    const server = await subscription();
    const consumer = run("amqp-con", ["-u", server.url, "-q", "q", "--heartbeat", "1"]);
    consumer.pause("stdout");
    await server.played();
    const body = "x".repeat(100_000);
    server.send(
      Buffer.concat([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((tag) => deliver("tag", tag, { body }))),
    );
    await server.receives("heartbeat");
    expect(acknowledged(server)).toBeLessThan(10);
    consumer.resume("stdout");
    await server.until("the last acknowledgement", () => acknowledged(server) === 10);
    expect(await consumer.waitForLines("stdout", 10)).toEqual(Array(10).fill(`Received: ${body}`));
    consumer.kill("SIGTERM");
    expect(await consumer.ended()).toMatchObject({ code: 0, stderr: "Stopped\n" });
  });

  test("that could not be written yet when its consumer is killed is delivered again", async () => {
    const queue = await createQueue([MANY_BYTES, "small"]);
    const consumer = startCon(["-q", queue]);
    consumer.pause("stdout");
    await untilQueue(queue, { messages: 0 });
    consumer.kill("SIGKILL");
    await untilQueue(queue, { messages: 2 });
    const again = await takeAll(queue);
    expect(again.map(({ fields }) => fields.redelivered)).toEqual([true, true]);
  });

  test("is gone once its line is there, however its consumer ends", async () => {
    const queue = await createQueue();
    const consumer = startCon(["-q", queue, "-n", "2"]);
    await untilQueue(queue, { consumers: 1 });
    await put(queue, "one");
    await consumer.waitFor("stdout", "Received: one");
    await put(queue, "two");
    expect(await consumer.ended()).toMatchObject({
      code: 0,
      stdout: "Received: one\nReceived: two\n",
      stderr: "Stopping: --count 2 reached\n",
    });
    expect(await takeBodies(queue)).toEqual([]);
  });
});

test("a signal that comes twice at once, as `timeout` passes it on, is one signal", async () => {
  const queue = await createQueue(["x"]);
  const words = ["--summary", "json", "--shell", "echo began; sleep 0.5; echo ended"];
  const worker = startCon(["-q", queue, ...words]);
  await worker.waitFor("stdout", "began");
  worker.kill("SIGTERM");
  worker.kill("SIGTERM");
  const { code, stdout, stderr } = await worker.ended();
  expect({ code, stdout }).toEqual({ code: 0, stdout: "began\nended\n" });
  expect(stderr).toContain('"acked":1');
});

describe("--prefetch", () => {
  test("is 256 unless asked for otherwise", async () => {
    const server = await subscription();
    const consumer = run("amqp-con", ["-u", server.url, "-q", "q"]);
    const { payload } = await server.receives("basic.qos");
    expect(payload.readUInt16BE(8)).toBe(256);
    await server.played();
    consumer.kill("SIGINT");
    expect(await consumer.ended()).toMatchObject({ code: 0, stdout: "", stderr: "Stopped\n" });
  });

  test("bounds what a consumer holds that cannot write", async () => {
    const queue = await createQueue(Array(5).fill(MANY_BYTES));
    const consumer = startCon(["-q", queue, "--prefetch", "2"]);
    consumer.pause("stdout");
    await untilQueue(queue, { messages: 3, consumers: 1 });
    consumer.resume("stdout");
    await consumer.waitForLines("stdout", 5);
    await untilQueue(queue, { messages: 0 });
    consumer.kill("SIGTERM");
    expect(await consumer.ended()).toMatchObject({ code: 0, stderr: "Stopped\n" });
  });
});

describe("-n", () => {
  test("takes so many, and leaves the rest untouched in the queue", async () => {
    const queue = await createQueue(["1", "2", "3", "4", "5"]);
    const exit = await con(["-q", queue, "-n", "2"]);
    expect(exit).toMatchObject({
      code: 0,
      stdout: "Received: 1\nReceived: 2\n",
      stderr: "Stopping: --count 2 reached\n",
    });
    const left = await takeAll(queue);
    expect(left.map(({ content, fields }) => [content.toString(), fields.redelivered])).toEqual([
      ["3", false],
      ["4", false],
      ["5", false],
    ]);
  });

  test("loses nothing with --ack-auto either", async () => {
    const queue = await createQueue(["1", "2", "3"]);
    const exit = await con(["-q", queue, "-n", "1", "--ack-auto"]);
    expect(exit).toMatchObject({ code: 0, stdout: "Received: 1\n" });
    expect(await takeBodies(queue)).toEqual(["2", "3"]);
  });
});

describe("--get", () => {
  test("fetches one message, or as many as -n says while there are any", async () => {
    const queue = await createQueue(["1", "2", "3"]);
    expect(await con(["-q", queue, "--get"])).toMatchObject({ code: 0, stdout: "Received: 1\n" });
    const rest = await con(["-q", queue, "--get", "-n", "9"]);
    expect(rest).toMatchObject({
      code: 0,
      stdout: "Received: 2\nReceived: 3\n",
      stderr: "Stopping: the queue is empty (--get)\n",
    });
    expect(await con(["-q", queue, "--get"])).toMatchObject({ code: 8, stdout: "" });
    expect(await takeBodies(queue)).toEqual([]);
  });

  test("says by exit code 8 that the queue is empty", async () => {
    const queue = await createQueue();
    const exit = await con(["-q", queue, "--get"]);
    const stderr = "Stopping: the queue is empty (--get)\n";
    expect(exit).toMatchObject({ code: 8, stdout: "", stderr });
  });

  test("with --until-empty fetches everything, and acknowledges it", async () => {
    const queue = await createQueue(["1", "2", "3"]);
    const words = ["-q", queue, "--get", "--until-empty", "--ack-auto", "--format", "body"];
    const stderr = "Stopping: the queue is empty (--until-empty)\n";
    expect(await con(words)).toMatchObject({ code: 0, stdout: "1\n2\n3\n", stderr });
    expect(await con(words)).toMatchObject({ code: 8, stdout: "", stderr });
  });

  test("with --ack-auto takes no more than it shows", async () => {
    const queue = await createQueue(["1", "2"]);
    const exit = await con(["-q", queue, "--get", "--ack-auto"]);
    expect(exit).toMatchObject({ code: 0, stdout: "Received: 1\n" });
    expect(await takeBodies(queue)).toEqual(["2"]);
  });
});

describe("a broker that only pretends", () => {
  test("cannot make a consumer hang: without a word for three heartbeats the connection is lost", async () => {
    const server = await subscription();
    const args = ["-u", server.url, "-q", "q", "--heartbeat", "1", "--max-outage", "0"];
    const exit = await runToEnd("amqp-con", args);
    expect(exit).toMatchObject({ code: 3, stdout: "" });
    expect(exit.stderr).toMatch(/^ERROR: [^\n]*heartbeat[^\n]*\n(hint: [^\n]+\n)?$/i);
    expect(exit.ms).toBeLessThan(9000);
  });
});
