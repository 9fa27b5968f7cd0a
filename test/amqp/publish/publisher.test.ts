// The publisher at a broker that confirms, returns and refuses as it likes: each message ends in the right column.
import { describe, expect, it } from "vitest";
import { ack, nack, queueDeclareOk, returned } from "../../support/amqp-answer.ts";
import { goodbye, openChannel, whenever, type Script } from "../../support/misbehave-script.ts";
import { misbehave, type Misbehaviour } from "../../support/misbehave.ts";
import {
  bodiesOn,
  keysOn,
  mandatoryOn,
  message,
  openPublisher,
} from "../../support/pretended-publisher.ts";
import { openSession, queueTopology } from "../../support/pretended-session.ts";

const confirming: Script = [...openChannel("confirm"), ...goodbye()];
const confirmsAll = whenever("body", (count) => ack(count));

/** Resolves when so many bodies have arrived at the server, on that connection. */
async function arrived(server: Misbehaviour, count: number, connection = 1): Promise<void> {
  await server.until(`${count} bodies`, () => bodiesOn(server, connection).length >= count);
}

function unroutable(body: string): Buffer {
  return returned(312, "NO_ROUTE", { routingKey: "k", body, headers: {} });
}

describe("a confirmed message", () => {
  it("is told as sent when its confirm arrives, not before", async () => {
    const server = await misbehave(confirming);
    const { publisher, told } = openPublisher();
    await openSession([server.port], publisher);
    for (const body of ["a", "b", "c"]) publisher.publish(message(body));
    await arrived(server, 3);
    expect(told).toEqual([]);
    expect(publisher.account).toMatchObject({ read: 3, confirmed: 0, unconfirmed: 3 });
    server.send(ack(2));
    server.send(ack(1));
    await expect.poll(() => told).toEqual(["sent a", "sent b"]);
    server.send(ack(3, true));
    await publisher.finish();
    expect(told).toEqual(["sent a", "sent b", "sent c"]);
    expect(publisher.account).toEqual({
      read: 3,
      sent: 3,
      confirmed: 3,
      returned: 0,
      nacked: 0,
      unconfirmed: 0,
      resent: 0,
    });
  });

  it("asks to be returned when it cannot be routed, with and without --mandatory", async () => {
    for (const mandatory of [true, false]) {
      const server = await misbehave([...confirming, confirmsAll]);
      const { publisher } = openPublisher({ mandatory });
      await openSession([server.port], publisher);
      publisher.publish(message("a"));
      await publisher.finish();
      expect(mandatoryOn(server)).toEqual([true]);
    }
  });

  it("counts as returned when its return came before its ack", async () => {
    const server = await misbehave(confirming);
    const { publisher, told } = openPublisher();
    await openSession([server.port], publisher);
    for (const body of ["a", "b", "c"]) publisher.publish(message(body, { properties: {} }));
    await arrived(server, 3);
    server.send(Buffer.concat([unroutable("b"), ack(3, true)]));
    await publisher.finish();
    expect(told).toEqual(["sent a", "returned b 312", "sent c"]);
    expect(publisher.account).toMatchObject({ confirmed: 2, returned: 1, unconfirmed: 0 });
  });
});

describe("a refused message", () => {
  it("is sent again later, and at last told as refused", async () => {
    const server = await misbehave([...confirming, whenever("body", (count) => nack(count))]);
    const { publisher, told } = openPublisher({ nackRetries: 2 });
    await openSession([server.port], publisher);
    const since = performance.now();
    publisher.publish(message("a"));
    await publisher.finish();
    // Two waits: of 50 to 100 ms, and of 100 to 200 ms.
    expect(performance.now() - since).toBeGreaterThanOrEqual(145);
    expect(bodiesOn(server)).toEqual(["a", "a", "a"]);
    expect(told).toEqual(["nacked a"]);
    expect(publisher.account).toMatchObject({
      read: 1,
      sent: 1,
      confirmed: 0,
      nacked: 1,
      unconfirmed: 0,
      resent: 2,
    });
  });

  it("is confirmed when the broker takes it the next time, and holds nobody up", async () => {
    const answers = whenever("body", (count) => (count === 1 ? nack(1) : ack(count)));
    const server = await misbehave([...confirming, answers]);
    const { publisher, told } = openPublisher({ nackRetries: 1 });
    await openSession([server.port], publisher);
    for (const body of ["a", "b"]) publisher.publish(message(body));
    await publisher.finish();
    expect(told).toEqual(["sent b", "sent a"]);
    expect(publisher.account).toMatchObject({ confirmed: 2, nacked: 0, resent: 1 });
  });

  it("makes no storm of new connections after a loss: a queue may be full", async () => {
    const refusing = [...openChannel("confirm"), ...goodbye(), whenever("body", (n) => nack(n))];
    const server = await misbehave((connection) =>
      connection === 1 ? [...openChannel("confirm"), "body", "rst"] : refusing,
    );
    const { publisher } = openPublisher({ nackRetries: 2 });
    await openSession([server.port], publisher);
    for (let i = 0; i < 8; i++) {
      publisher.publish(message(`${i}`));
      await expect.poll(() => publisher.open).toBe(0);
    }
    await publisher.finish();
    expect(publisher.account).toMatchObject({ read: 8, confirmed: 0, nacked: 8 });
    // The first one, the one after the loss, and three that might have helped.
    expect(server.connections).toBe(5);
  });

  it("takes its place in the window while it waits: memory stays bounded", async () => {
    const server = await misbehave([...confirming, whenever("body", (count) => nack(count))]);
    const { publisher } = openPublisher({ nackRetries: 10, window: 3 });
    await openSession([server.port], publisher);
    for (const body of ["a", "b", "c"]) publisher.publish(message(body));
    await server.until("all are sent again", () => bodiesOn(server).length >= 6);
    expect(publisher.room()).toBeInstanceOf(Promise);
  });
});

describe("after a loss, the publisher", () => {
  it("sends what is open again, in order, before anything new, and forgets the old tags", async () => {
    const server = await misbehave((connection) =>
      connection === 1 ? [...openChannel("confirm"), { frames: 15 }, ack(2), "rst"] : confirming,
    );
    const { publisher, told } = openPublisher();
    await openSession([server.port], publisher);
    for (const body of ["a", "b", "c", "d", "e"]) publisher.publish(message(body));
    await arrived(server, 4, 2);
    publisher.publish(message("f"));
    await arrived(server, 5, 2);
    expect(bodiesOn(server, 2)).toEqual(["a", "c", "d", "e", "f"]);
    expect(told).toEqual(["sent b"]);
    server.send(ack(4, true));
    await expect.poll(() => told).toEqual(["sent b", "sent a", "sent c", "sent d", "sent e"]);
    expect(publisher.account).toEqual({
      read: 6,
      sent: 6,
      confirmed: 5,
      returned: 0,
      nacked: 0,
      unconfirmed: 1,
      resent: 4,
    });
  });

  it("sends to the queue that the broker has named anew what was for the one of the lost connection", async () => {
    const server = await misbehave((connection) => [
      ...openChannel("confirm"),
      "queue.declare",
      queueDeclareOk(`amq.gen-${connection}`),
      ...(connection === 1 ? (["body", "rst"] as const) : [...goodbye(), confirmsAll]),
    ]);
    const { publisher } = openPublisher();
    await openSession([server.port], publisher, { topology: queueTopology("") });
    const sent = { exchange: "", routingKey: "amq.gen-1" };
    publisher.publish(message("a", sent));
    await arrived(server, 1, 2);
    publisher.publish(message("b", sent));
    publisher.publish(message("c", { exchange: "other", routingKey: "amq.gen-1" }));
    await publisher.finish();
    expect(keysOn(server, 2)).toEqual(["amq.gen-2", "amq.gen-2", "amq.gen-1"]);
  });

  it("believes no return of the lost channel", async () => {
    const server = await misbehave((connection) =>
      connection === 1
        ? [...openChannel("confirm"), "body", unroutable("a"), "rst"]
        : [...confirming, confirmsAll],
    );
    const { publisher, told } = openPublisher();
    await openSession([server.port], publisher);
    publisher.publish(message("a", { properties: {} }));
    await publisher.finish();
    expect(told).toEqual(["sent a"]);
  });

  it("takes messages before there is a connection again, and sends them on it", async () => {
    const server = await misbehave((connection) =>
      connection === 1 ? [...openChannel("confirm"), "body", "fin"] : [...confirming, confirmsAll],
    );
    const { publisher, told } = openPublisher();
    await openSession([server.port], publisher);
    publisher.publish(message("a"));
    await server.until("the loss", ({ connections, open }) => open === 0 || connections === 2);
    publisher.publish(message("b"));
    await publisher.finish();
    expect(told).toEqual(["sent a", "sent b"]);
  });
});

describe("a broker that cannot be believed is left", () => {
  it.each<[string, Buffer]>([
    ["when it confirms what was not sent", ack(7, true)],
    ["when it refuses what was not sent", nack(2)],
    ["when it confirms number nothing", ack(0, true)],
    ["when it returns what was not sent", Buffer.concat([unroutable("other"), ack(1)])],
  ])("%s", async (_, lie) => {
    const server = await misbehave((connection) =>
      connection === 1 ? [...openChannel("confirm"), "body", lie] : [...confirming, confirmsAll],
    );
    const { publisher, told } = openPublisher();
    await openSession([server.port], publisher);
    publisher.publish(message("a", { properties: {} }));
    await publisher.finish();
    expect(bodiesOn(server, 2)).toEqual(["a"]);
    expect(told).toEqual(["sent a"]);
    expect(publisher.account).toMatchObject({ confirmed: 1, returned: 0, resent: 1 });
  });
});
