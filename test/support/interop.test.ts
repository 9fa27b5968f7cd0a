// The two other clients, with each other and a real broker; our own binaries meet them in test/e2e.
import { connect } from "amqplib";
import { describe, expect, test } from "vitest";
import { atTestEnd } from "./cleanup.ts";
import {
  amqpConsume,
  amqpGet,
  amqpPublish,
  ensureInterop,
  pikaCall,
  pikaConsume,
  pikaPublish,
  type PikaValue,
  pikaServe,
} from "./interop.ts";
import { unique } from "./name.ts";
import { sharedBroker } from "./shared-broker.ts";

const missing = await ensureInterop();

/** A queue for this test, and the way to it. */
async function queueFor(): Promise<{ url: string; queue: string }> {
  const { url } = sharedBroker();
  const model = await connect(url);
  const channel = await model.createChannel();
  const { queue } = await channel.assertQueue(unique("queue"), { durable: true });
  atTestEnd(async () => {
    await channel.deleteQueue(queue);
    await model.close();
  });
  return { url, queue };
}

describe.skipIf(missing !== "")(`other clients ${missing}`, () => {
  test("pika sends and amqp-get takes, byte for byte", async () => {
    const { url, queue } = await queueFor();
    const body = Buffer.from([0, 0xff, 0x0a, 0xe2]);
    await pikaPublish(url, { exchange: "", routingKey: queue, body });
    const { code, stdoutBytes, stderr } = await amqpGet(url, queue);
    expect({ code, stdoutBytes, stderr }).toEqual({ code: 0, stdoutBytes: body, stderr: "" });
    await expect(amqpGet(url, queue)).resolves.toMatchObject({ code: 2, stdout: "" });
  });

  test("amqp-publish sends and pika takes, with properties and headers", async () => {
    const { url, queue } = await queueFor();
    const sent = await amqpPublish(
      url,
      ["-r", queue, "-p", "-C", "text/plain", "-H", "x: 1"],
      "héllo",
    );
    expect(sent).toMatchObject({ code: 0, stderr: "" });
    const [got] = await pikaConsume(url, queue);
    expect(got).toEqual({
      exchange: "",
      routingKey: queue,
      redelivered: false,
      properties: { content_type: "text/plain", delivery_mode: 2 },
      headers: { x: ["str", "1"] },
      body: Buffer.from("héllo"),
    });
  });

  test("pika keeps the type of each header", async () => {
    const { url, queue } = await queueFor();
    const headers: Readonly<Record<string, PikaValue>> = {
      int: ["int", "7"],
      big: ["long", "9007199254740993"],
      yes: ["bool", "True"],
      raw: ["bytes", "/w=="],
      when: ["datetime", "2026-01-01T00:00:00"],
      price: ["Decimal", "1.25"],
      nothing: ["NoneType", "None"],
      list: [
        "list",
        [
          ["int", "1"],
          ["str", "a"],
        ],
      ],
      table: ["dict", { in: ["dict", { deep: ["str", "x"] }] }],
    };
    await pikaPublish(url, { exchange: "", routingKey: queue, body: "", headers });
    const [got] = await pikaConsume(url, queue);
    expect(got?.headers).toEqual(headers);
  });

  test("amqp-consume runs a command for each message and stops at its count", async () => {
    const { url, queue } = await queueFor();
    await amqpPublish(url, ["-r", queue, "-l"], "one\ntwo\n");
    const consumer = amqpConsume(url, ["-q", queue, "-c", "2"], ["sed", "s/^/got /"]);
    await expect(consumer.ended()).resolves.toMatchObject({
      code: 0,
      stdout: "got one\ngot two\n",
    });
  });

  test("pika calls what pika serves", async () => {
    const { url, queue } = await queueFor();
    await pikaServe(url, queue);
    const reply = await pikaCall(url, { exchange: "", routingKey: queue, body: "shout" });
    expect(reply).toMatchObject({
      body: Buffer.from("SHOUT"),
      properties: { correlation_id: "1" },
    });
  });

  test("a refusal is told with what the client has printed", async () => {
    const { url } = sharedBroker();
    const lost = pikaPublish(url, { exchange: "", routingKey: unique("nobody"), body: "x" });
    await expect(lost).rejects.toThrow(/UnroutableError/);
    const refused = await amqpPublish(
      url.replace(/\/\/[^@]*@/, "//guest:wrong@"),
      ["-r", "k"],
      "x",
    );
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain("ACCESS_REFUSED");
  });
});
