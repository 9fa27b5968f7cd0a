// Our binaries and two other clients, both ways: Python's pika, and the command-line tools of rabbitmq-c.
import { describe, expect, test } from "vitest";
import { con, pub, startCon } from "../support/binaries.ts";
import {
  amqpConsume,
  amqpGet,
  amqpPublish,
  ensureInterop,
  pikaConsume,
  pikaPublish,
} from "../support/interop.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createQueue, put, untilQueue } from "../support/witness.ts";

const missing = await ensureInterop();
const [url = ""] = sharedBroker().url.split(",");
const BYTES = Buffer.from([0x00, 0xff, 0x0a, 0x0d, 0xe2, 0x28, 0x1b]);

describe.skipIf(missing !== "")(`pika ${missing}`, () => {
  test("gets what amqp-pub sends: bytes and properties", async () => {
    const queue = await createQueue();
    const flags = ["--persistent", "--priority", "5", "--message-ttl", "60000", "--confirm"];
    expect(await pub(["-k", queue, "-m", "-", ...flags], { stdin: BYTES })).toMatchObject({
      code: 0,
      stderr: "",
    });
    const [got] = await pikaConsume(url, queue);
    expect(got).toMatchObject({
      exchange: "",
      routingKey: queue,
      body: BYTES,
      properties: { delivery_mode: 2, priority: 5, expiration: "60000" },
    });
  });

  test("gets each line of -l as a message", async () => {
    const queue = await createQueue();
    await pub(["-k", queue, "-l"], { stdin: "one\n\nthree" });
    const got = await pikaConsume(url, queue, 3);
    expect(got.map(({ body }) => body.toString())).toEqual(["one", "", "three"]);
  });

  test("sends what amqp-con shows: bytes, properties and headers of every type", async () => {
    const queue = await createQueue();
    await pikaPublish(url, {
      exchange: "",
      routingKey: queue,
      body: BYTES,
      properties: { content_type: "text/plain", correlation_id: "c-1", delivery_mode: 2 },
      headers: {
        big: ["long", "9007199254740993"],
        yes: ["bool", "True"],
        text: ["str", "x"],
        list: ["list", [["int", "1"]]],
      },
    });
    const raw = await con(["-q", queue, "--peek", "-n", "1", "--format", "raw"]);
    expect(raw).toMatchObject({ code: 0, stdoutBytes: BYTES });
    const { code, stdout } = await con(["-q", queue, "-n", "1", "--verbose"]);
    expect(code).toBe(0);
    expect(stdout).toContain("  contentType: text/plain\n");
    expect(stdout).toContain("  correlationId: c-1\n");
    expect(stdout).toMatch(/"big":.*9007199254740993/);
    expect(stdout).toMatch(/"yes":.*true/);
    expect(stdout).toMatch(/"list":.*1/);
  });

  test("shares a queue with amqp-con", async () => {
    const queue = await createQueue();
    const consumer = startCon(["-q", queue, "--prefetch", "1"]);
    await untilQueue(queue, { consumers: 1 });
    const others = pikaConsume(url, queue);
    await untilQueue(queue, { consumers: 2 });
    await put(queue, "1", "2");
    const [ours] = await consumer.waitForLines("stdout", 1);
    const [theirs] = await others;
    const all = [ours, `Received: ${theirs?.body.toString()}`];
    expect(new Set(all)).toEqual(new Set(["Received: 1", "Received: 2"]));
    consumer.kill("SIGTERM");
    expect(await consumer.ended()).toMatchObject({ code: 0, stderr: "Stopped\n" });
  });
});

describe.skipIf(missing !== "")(`the tools of rabbitmq-c ${missing}`, () => {
  test("amqp-get takes what amqp-pub sends, byte for byte", async () => {
    const queue = await createQueue();
    await pub(["-k", queue, "-m", "-"], { stdin: BYTES });
    expect(await amqpGet(url, queue)).toMatchObject({ code: 0, stdoutBytes: BYTES });
  });

  test("amqp-con takes what amqp-publish sends, byte for byte", async () => {
    const queue = await createQueue();
    expect(
      await amqpPublish(url, ["-r", queue, "-p", "-C", "text/plain", "-H", "x: 1"], BYTES),
    ).toMatchObject({ code: 0 });
    const { code, stdoutBytes } = await con(["-q", queue, "-n", "1", "--format", "raw"]);
    expect({ code, stdoutBytes }).toEqual({ code: 0, stdoutBytes: BYTES });
  });

  test("amqp-consume works on what amqp-pub sends, line by line", async () => {
    const queue = await createQueue();
    await pub(["-k", queue, "-l"], { stdin: "one\ntwo\n" });
    const consumer = amqpConsume(url, ["-q", queue, "-c", "2"], ["sed", "s/.*/[&]/"]);
    expect(await consumer.ended()).toMatchObject({ code: 0, stdout: "[one][two]" });
  });
});
