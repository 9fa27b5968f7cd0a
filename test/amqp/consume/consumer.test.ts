// A subscription at a broker that answers when it likes: how it ends.
import { describe, expect, it } from "vitest";
import { Consumer } from "../../../src/amqp/consume/consumer.ts";
import type { Intake } from "../../../src/amqp/consume/intake.ts";
import { Getter } from "../../../src/amqp/consume/getter.ts";
import { Looker } from "../../../src/amqp/consume/looker.ts";
import type { Delivery } from "../../../src/message/message.ts";
import type { Link } from "../../../src/amqp/session/link.ts";
import {
  cancelOk,
  channelClose,
  channelOpenOk,
  consumeOk,
  deliver,
  getOk,
  qosOk,
  queueDeclareOk,
} from "../../support/amqp-answer.ts";
import { longlong, shortstr } from "../../support/amqp-bytes.ts";
import type { FrameName } from "../../support/amqp-frame.ts";
import { goodbye, openChannel, whenever, type Script } from "../../support/misbehave-script.ts";
import { misbehave, type Misbehaviour } from "../../support/misbehave.ts";
import { openSession, timed } from "../../support/pretended-session.ts";
import { subscriptionPlan as plan } from "../../support/subscription-plan.ts";

/** Subscribed to a broker that does not answer the end of the subscription unless the script says so. */
async function subscribe(consumer = new Consumer(plan), ...script: Script) {
  const answers = [whenever("basic.qos", qosOk()), whenever("basic.consume", consumeOk("c"))];
  const opened = openChannel("plain", { properties: { version: "4.3.0" } });
  const server = await misbehave([...opened, ...answers, ...goodbye(), ...script]);
  const session = await openSession([server.port], consumer);
  return { server, consumer, session };
}

it("whoever stops it waits until the broker has agreed, also when it was stopped before", async () => {
  const { server, consumer } = await subscribe();
  const events: string[] = [];
  const stops = ["first", "second"].map(async (which) => {
    await consumer.stop();
    events.push(which);
  });
  await server.until("the end of the subscription", () =>
    server.received().some(({ name }) => name === "basic.cancel"),
  );
  events.push("answer");
  server.send(cancelOk("c"));
  await Promise.all(stops);
  expect(events).toEqual(["answer", "first", "second"]);
});

it("asks for no limit as the protocol does, by 0", async () => {
  const { server } = await subscribe(new Consumer({ ...plan, prefetch: Infinity }));
  const limit = server.received().find(({ name }) => name === "basic.qos");
  expect(limit?.payload.readUInt16BE(8)).toBe(0);
});

it("does not wait for ever when the broker is silent", async () => {
  const { consumer } = await subscribe();
  expect(await timed(consumer.stop())).toBeLessThan(4000);
});

/** A broker that answers a subscription only when it is told to, and ends each at once. */
async function subscribing(intake: Intake, ...script: Script) {
  const tags = ["first", "second"];
  const server = await misbehave([
    ...openChannel(),
    whenever("basic.qos", qosOk()),
    whenever("basic.cancel", (count) => cancelOk(tags[count - 1] ?? "")),
    ...goodbye(),
    ...script,
  ]);
  const opened = openSession([server.port], intake);
  const asked = async (name: FrameName, count = 1): Promise<void> =>
    server.until(`${count} ${name}`, () => countOf(server, name) === count);
  return { server, opened, asked };
}

describe("a stop while it subscribes to several queues", () => {
  it("ends the one that is not answered yet, too", async () => {
    const consumer = new Consumer({ ...plan, alsoFrom: ["r"] });
    const { server, opened, asked } = await subscribing(consumer);
    await asked("basic.consume");
    server.send(consumeOk("first"));
    await asked("basic.consume", 2);
    const stopped = consumer.stop();
    server.send(consumeOk("second"));
    await Promise.all([stopped, opened]);
    expect(countOf(server, "basic.cancel")).toBe(2);
  });

  it("lets no other one begin", async () => {
    const consumer = new Consumer({ ...plan, alsoFrom: ["r"] });
    const { server, opened, asked } = await subscribing(consumer);
    await asked("basic.consume");
    const stopped = consumer.stop();
    server.send(consumeOk("first"));
    await Promise.all([stopped, opened]);
    expect([countOf(server, "basic.consume"), countOf(server, "basic.cancel")]).toEqual([1, 1]);
  });

  it("reaches --peek also while that decides how to look", async () => {
    const looker = new Looker(plan);
    const { server, opened, asked } = await subscribing(
      looker,
      "channel.open",
      channelOpenOk(2),
      "queue.declare",
      channelClose(406, "inequivalent arg 'x-max-length'", 2),
    );
    await asked("queue.declare");
    const stopped = looker.stop();
    server.send(queueDeclareOk("q"));
    await Promise.all([stopped, opened]);
    expect([countOf(server, "queue.declare"), countOf(server, "basic.consume")]).toEqual([2, 0]);
  });
});

describe("what arrives between a stop and its answer", () => {
  /** Two that are handed out, and two more while the subscription ends. */
  const late: Script = [
    "basic.consume",
    Buffer.concat([deliver("c", 1), deliver("c", 2)]),
    "basic.cancel",
    Buffer.concat([deliver("c", 3), deliver("c", 4), cancelOk("c")]),
  ];

  it("is put back with the rest, not left to the channel's end, which counts it as failed", async () => {
    const { server, consumer, session } = await subscribe(undefined, ...late);
    const batch = await firstBatch(consumer);
    await consumer.stop();
    consumer.settle(batch.slice(0, 1), "ack");
    await consumer.end(1000);
    await session.close();
    expect(settled(server)).toEqual(["ack 1", "nack 2", "nack 3", "nack 4"]);
    expect(consumer.account).toMatchObject({ acked: 1, requeued: 0 });
  });

  it("is put back by a run that ends without having been stopped", async () => {
    const { server, consumer, session } = await subscribe(undefined, ...late);
    await firstBatch(consumer);
    await consumer.end(1000);
    await session.close();
    expect(settled(server)).toEqual(["nack 1", "nack 2", "nack 3", "nack 4"]);
  });

  it("is put back with --get too, where one at most is on its way", async () => {
    const server = await misbehave([
      ...openChannel("plain", { properties: { version: "4.3.0" } }),
      ...goodbye(),
    ]);
    const getter = new Getter(plan);
    const session = await openSession([server.port], getter);
    void firstBatch(getter);
    await server.receives("basic.get");
    const stopped = getter.stop();
    server.send(getOk(1));
    await stopped;
    await getter.end();
    await session.close();
    expect(settled(server)).toEqual(["nack 1"]);
  });

  it("is put back with --ack-auto too: nobody has seen it", async () => {
    const intake = new Consumer({ ...plan, ackOnArrival: true });
    const { server, consumer, session } = await subscribe(intake, ...late);
    await firstBatch(consumer);
    await consumer.stop();
    await consumer.end(1000);
    await session.close();
    expect(settled(server)).toEqual(["ack 2", "nack 3", "nack 4"]);
  });

  it("is not acknowledged with --ack-auto when the stop comes in the middle of a read", async () => {
    const { server, consumer, session } = await subscribe(
      new StoppedByDelivery({ ...plan, ackOnArrival: true }),
      ...late,
    );
    await firstBatch(consumer);
    await consumer.end(1000);
    await session.close();
    expect(consumer.leftovers()).toEqual([]);
    expect(settled(server)).toEqual(["nack 1", "nack 2", "nack 3", "nack 4"]);
  });

  it("does not move the position in a stream, and is not put back: a stream takes nothing", async () => {
    const { server, consumer, session } = await subscribe(
      new Consumer({ ...plan, stream: { start: "first" } }),
      whenever("queue.declare", queueDeclareOk("q")),
      "basic.consume",
      deliver("c", 1, { headers: offset(7) }),
      "basic.cancel",
      Buffer.concat([deliver("c", 2, { headers: offset(8) }), cancelOk("c")]),
    );
    const batch = await firstBatch(consumer);
    await consumer.stop();
    consumer.settle(batch, "ack");
    await consumer.end(1000);
    await session.close();
    expect(settled(server)).toEqual(["ack 1"]);
    expect(consumer.settledOffset).toBe(7n);
  });

  it("is recognised as a stream's, also when nothing came from it before", async () => {
    const { server, consumer, session } = await subscribe(
      undefined,
      whenever("queue.declare", queueDeclareOk("q")),
      "basic.cancel",
      Buffer.concat([deliver("c", 1, { headers: offset(7) }), cancelOk("c")]),
    );
    await consumer.end(1000);
    await session.close();
    expect(server.received().map(({ name }) => name)).toContain("queue.declare");
    expect(settled(server)).toEqual([]);
  });
});

function countOf(server: Misbehaviour, name: FrameName): number {
  return server.received().filter((frame) => frame.name === name).length;
}

/** Stops as soon as the first message is there, before anything else happens. */
class StoppedByDelivery extends Consumer {
  override async attach(link: Link): Promise<void> {
    link.channel.once("delivery", () => void this.stop());
    await super.attach(link);
  }
}

async function firstBatch(consumer: Intake): Promise<readonly Delivery[]> {
  for await (const batch of consumer.batches()) return batch;
  return [];
}

/** The header of a message from a stream. */
function offset(value: number): Buffer {
  return Buffer.concat([shortstr("x-stream-offset"), Buffer.from("l"), longlong(value)]);
}

/** What the broker was told of which delivery. */
function settled(server: Misbehaviour): readonly string[] {
  return server
    .received()
    .filter(({ name }) => name === "basic.ack" || name === "basic.nack")
    .map(({ name, payload }) => `${name.slice("basic.".length)} ${payload.readBigUInt64BE(4)}`);
}
