// The misbehaving server on an open connection and on a channel, with amqplib as its client.
import { type ChannelModel, connect, type ConfirmChannel, type ConsumeMessage } from "amqplib";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import {
  ack,
  cancel,
  cancelOk,
  channelClose,
  consumeOk,
  deliver,
  exchangeDeclareOk,
  getEmpty,
  nack,
  qosOk,
  queueBindOk,
  queueDeclareOk,
  returned,
} from "./amqp-answer.ts";
import { shortstr } from "./amqp-bytes.ts";
import { blocked, close, heartbeat, unblocked } from "./amqp-frame.ts";
import { misbehave, type Misbehaviour } from "./misbehave.ts";
import {
  announce,
  goodbye,
  handshake,
  openChannel,
  type Script,
  whenever,
} from "./misbehave-script.ts";
import { Watch } from "./watch.ts";

/** Connects amqplib and keeps its connection's last error from ending the process. */
async function client(server: Misbehaviour): Promise<ChannelModel> {
  const model = await connect(server.url);
  model.on("error", () => {});
  return model;
}

async function confirmChannel(server: Misbehaviour): Promise<ConfirmChannel> {
  const channel = await (await client(server)).createConfirmChannel();
  channel.on("error", () => {});
  return channel;
}

describe("a connection", () => {
  test("never answers close, while another event of the client goes on", async () => {
    const server = await misbehave(handshake());
    const model = await client(server);
    const closed = model.close().then(() => "closed");
    const seen = server.receives("close").then(() => "seen");
    await expect(Promise.race([closed, seen])).resolves.toBe("seen");
    const cut = server.until("left", ({ open }) => open === 0).then(() => "still waiting");
    await server.close();
    await expect(Promise.race([closed, cut])).resolves.toBe("still waiting");
  });

  test("is closed and blocked on the test's own cue", async () => {
    const server = await misbehave(handshake());
    const model = await client(server);
    const alarm = once(model, "blocked");
    server.send(blocked("low on memory"));
    await expect(alarm).resolves.toEqual(["low on memory"]);
    const ended = once(model, "close");
    server.send(close(320, "CONNECTION_FORCED - broker forced connection closure"));
    await expect(ended).resolves.toEqual([expect.objectContaining({ code: 320 })]);
    await server.receives("close-ok");
  });

  test("is half dead after so many frames", async () => {
    const server = await misbehave([...handshake(), { frames: 2 }, "deaf"]);
    const model = await client(server);
    for (let i = 0; i < 5; i += 1) model.createChannel().catch(() => {});
    await server.played();
    const before = server.received().length;
    for (let i = 0; i < 5; i += 1) model.createChannel().catch(() => {});
    await expect(
      server.until("more", () => server.received().length > before, 100),
    ).rejects.toThrow("script over");
  });

  test("gets a frame larger than the client can take", async () => {
    const server = await misbehave([...openChannel(), announce(1 << 30)]);
    const model = await connect(server.url);
    const failed = once(model, "error");
    await model.createChannel();
    await expect(failed).resolves.toEqual([
      expect.objectContaining({ message: expect.stringMatching(/Frame size 1073741824 exceeds/) }),
    ]);
  });
});

describe("a channel", () => {
  test("declares, confirms, refuses and returns, then closes properly", async () => {
    const message = { exchange: "logs", routingKey: "k", body: "three" };
    const answers = [ack(1), nack(2), Buffer.concat([returned(312, "NO_ROUTE", message), ack(3)])];
    const server = await misbehave([
      ...openChannel("confirm"),
      "queue.declare",
      queueDeclareOk("q", 5, 2),
      ...answers.flatMap((answer) => ["basic.publish", "body", answer] as const),
      ...goodbye(),
    ]);
    const channel = await confirmChannel(server);
    const back = once(channel, "return");
    await expect(channel.assertQueue("q")).resolves.toEqual({
      queue: "q",
      messageCount: 5,
      consumerCount: 2,
    });
    await expect(published(channel, "one")).resolves.toBe("acked");
    await expect(published(channel, "two")).resolves.toBe("message nacked");
    await expect(published(channel, "three")).resolves.toBe("acked");
    await expect(back).resolves.toEqual([
      expect.objectContaining({ content: Buffer.from("three") }),
    ]);
    await channel.close();
  });

  test("answers every publish by a standing rule", async () => {
    const server = await misbehave([
      ...openChannel("confirm"),
      whenever("body", (count) => ack(count)),
    ]);
    const channel = await confirmChannel(server);
    const all = Array.from({ length: 100 }, (_, i) => published(channel, String(i)));
    expect(new Set(await Promise.all(all))).toEqual(new Set(["acked"]));
    expect(server.received().filter(({ name }) => name === "basic.publish")).toHaveLength(100);
  });

  test("says everything else that a broker says to a client that declares and consumes", async () => {
    const server = await misbehave([
      ...openChannel(),
      whenever("exchange.declare", exchangeDeclareOk()),
      whenever("queue.bind", queueBindOk()),
      whenever("basic.qos", qosOk()),
      whenever("basic.get", getEmpty()),
      whenever("basic.cancel", cancelOk("t")),
      ...goodbye(),
    ]);
    const model = await client(server);
    const channel = await model.createChannel();
    await expect(channel.assertExchange("logs", "fanout")).resolves.toEqual({ exchange: "logs" });
    await expect(channel.bindQueue("q", "logs", "k")).resolves.toEqual({});
    await expect(channel.prefetch(7)).resolves.toEqual({});
    await expect(channel.get("q")).resolves.toBe(false);
    await expect(channel.cancel("t")).resolves.toMatchObject({ consumerTag: "t" });
    const free = once(model, "unblocked");
    server.send(Buffer.concat([heartbeat(), unblocked()]));
    await free;
    await channel.close();
    await model.close();
    await server.until("the client has left", ({ open }) => open === 0);
  });

  test("is closed with a code and a text", async () => {
    const text = "NOT_FOUND - no queue '\u001B]0;owned\u0007' in vhost '/'";
    const server = await misbehave([...openChannel(), "queue.declare", channelClose(404, text)]);
    const model = await client(server);
    const channel = await model.createChannel();
    channel.on("error", () => {});
    await expect(channel.checkQueue("q")).rejects.toMatchObject({
      code: 404,
      message: expect.stringContaining(text),
    });
    await server.receives("channel.close-ok");
  });

  test("delivers, also what cannot be decoded, and cancels the consumer", async () => {
    const consumer: Script = [
      ...openChannel(),
      "basic.consume",
      consumeOk("t"),
      deliver("t", 1, { body: "hi", headers: { n: 7 } }),
    ];
    const server = await misbehave(consumer);
    const model = await client(server);
    const channel = await model.createChannel();
    const got: (ConsumeMessage | null)[] = [];
    const watch = new Watch(() => `${got.length} deliveries`);
    await channel.consume("q", (message) => {
      got.push(message);
      watch.changed();
    });
    await watch.until("a delivery", () => got.length === 1);
    expect(got[0]).toMatchObject({ content: Buffer.from("hi"), properties: { headers: { n: 7 } } });
    server.send(cancel("t"));
    await watch.until("the cancellation", () => got.length === 2);
    expect(got[1]).toBeNull();
    const failed = once(model, "error");
    server.send(deliver("t", 2, { headers: Buffer.concat([shortstr("x"), Buffer.from("L")]) }));
    await expect(failed).resolves.toEqual([
      expect.objectContaining({ message: 'Unexpected type tag "L"' }),
    ]);
  });
});

async function published(channel: ConfirmChannel, body: string): Promise<string> {
  return await new Promise((resolve) => {
    channel.publish("logs", "k", Buffer.from(body), {}, (error: Error | null) =>
      resolve(error?.message ?? "acked"),
    );
  });
}
