// How much the publisher takes at a time, what it does without confirms, and what it does with what cannot be sent.
import { describe, expect, it } from "vitest";
import { ack, nack, qosOk, returned } from "../../support/amqp-answer.ts";
import { blocked, unblocked } from "../../support/amqp-frame.ts";
import { goodbye, openChannel, whenever, type Script } from "../../support/misbehave-script.ts";
import { misbehave, type Misbehaviour } from "../../support/misbehave.ts";
import {
  bodiesOn,
  keysOn,
  mandatoryOn,
  message,
  openPublisher,
} from "../../support/pretended-publisher.ts";
import { inTurn, openSession } from "../../support/pretended-session.ts";

const confirming: Script = [...openChannel("confirm"), ...goodbye()];
const confirmsAll = whenever("body", (count) => ack(count));
const plain: Script = [...openChannel(), ...goodbye(), whenever("basic.qos", qosOk())];

/** As much as may be on its way. */
const LARGE = Buffer.alloc(8 * 1024 * 1024);

async function arrived(server: Misbehaviour, count: number): Promise<void> {
  await server.until(`${count} bodies`, () => bodiesOn(server).length >= count);
}

/** Resolves when the server has seen the beginning of so many messages, however large they are. */
async function begun(server: Misbehaviour, count: number): Promise<void> {
  await server.until(`${count} messages`, () => keysOn(server).length >= count);
}

describe("there is room", () => {
  it("for as many messages as the window holds, and again when one is confirmed", async () => {
    const server = await misbehave(confirming);
    const { publisher } = openPublisher({ window: 2 });
    await openSession([server.port], publisher);
    publisher.publish(message("a"));
    expect(publisher.room()).toBeUndefined();
    publisher.publish(message("b"));
    const room = publisher.room();
    expect(room).toBeInstanceOf(Promise);
    await arrived(server, 2);
    server.send(ack(1));
    await room;
    expect(publisher.room()).toBeUndefined();
  });

  it("for 8 MiB, however few messages that are", async () => {
    const server = await misbehave(confirming);
    const { publisher } = openPublisher();
    await openSession([server.port], publisher);
    publisher.publish(message("a", { body: LARGE }));
    expect(publisher.room()).toBeInstanceOf(Promise);
  });

  it("for 8 MiB, also of what was refused and waits to be sent again, until that is refused for good", async () => {
    const server = await misbehave(confirming);
    const { publisher, told } = openPublisher({ nackRetries: 1 });
    await openSession([server.port], publisher);
    publisher.publish(message("large", { body: LARGE }));
    publisher.publish(message("small"));
    await begun(server, 2);
    server.send(Buffer.concat([nack(1), ack(2)]));
    await expect.poll(() => told).toEqual(["sent small"]);
    const room = publisher.room();
    expect(room).toBeInstanceOf(Promise);
    await begun(server, 3);
    server.send(nack(3));
    await room;
    expect(publisher.account).toMatchObject({ confirmed: 1, nacked: 1, resent: 1 });
  });

  it("again when a new connection takes what waited to be sent again on the last one", async () => {
    const confirms = whenever("content-header", (count) => ack(count));
    const server = await misbehave(inTurn(confirming, [...confirming, confirms]));
    const { publisher, told } = openPublisher({ nackRetries: 8 });
    await openSession([server.port], publisher);
    publisher.publish(message("large", { body: LARGE }));
    publisher.publish(message("small"));
    await begun(server, 2);
    // What was never sent cannot be confirmed: the connection is left before the first is due again.
    server.send(Buffer.concat([nack(1), ack(2), ack(9)]));
    await publisher.room();
    expect(told).toHaveLength(2);
    expect(publisher.account).toMatchObject({ read: 2, confirmed: 2, resent: 1 });
    expect(server.connections).toBe(2);
  });

  it("when the broker lets publishers go on, not while it blocks them", async () => {
    const server = await misbehave([...confirming, confirmsAll]);
    const { publisher, told } = openPublisher({ confirmTimeoutMs: 50 });
    await openSession([server.port], publisher);
    server.send(blocked("low on memory"));
    await expect.poll(() => told).toEqual(["blocked: low on memory"]);
    const room = publisher.room();
    expect(room).toBeInstanceOf(Promise);
    server.send(unblocked());
    await room;
    expect(told).toEqual(["blocked: low on memory", "unblocked"]);
    expect(server.connections).toBe(1);
  });

  it("on a new connection, although the old one was blocked", async () => {
    const server = await misbehave((connection) =>
      connection === 1
        ? [...openChannel("confirm"), blocked("low on disk"), "body", "rst"]
        : confirming,
    );
    const { publisher, told } = openPublisher();
    await openSession([server.port], publisher);
    await expect.poll(() => told).toEqual(["blocked: low on disk"]);
    const room = publisher.room();
    publisher.publish(message("a"));
    await room;
    expect(server.connections).toBe(2);
  });

  it("for whoever waits when nothing more shall be taken", async () => {
    const server = await misbehave(confirming);
    const { publisher } = openPublisher({ window: 1 });
    await openSession([server.port], publisher);
    publisher.publish(message("a"));
    const room = publisher.room();
    publisher.stop();
    await expect(room).resolves.toBeUndefined();
  });
});

describe("without confirms", () => {
  it("a message is told as sent at once, and counts when the last round trip has come back", async () => {
    const server = await misbehave(plain);
    const { publisher, told } = openPublisher({ confirm: false });
    await openSession([server.port], publisher);
    publisher.publish(message("a"));
    expect(told).toEqual(["sent a"]);
    expect(publisher.account).toMatchObject({ read: 1, confirmed: 0, unconfirmed: 1 });
    await publisher.finish();
    expect(publisher.account).toMatchObject({ read: 1, unconfirmed: 1, handedOver: 1 });
    expect(mandatoryOn(server)).toEqual([false]);
  });

  it("a returned message is counted, also when it comes late", async () => {
    const late = returned(312, "NO_ROUTE", { routingKey: "k", body: "b" });
    const server = await misbehave([
      ...openChannel(),
      ...goodbye(),
      whenever("basic.qos", Buffer.concat([late, qosOk()])),
    ]);
    const { publisher, told } = openPublisher({ confirm: false, mandatory: true });
    await openSession([server.port], publisher);
    for (const body of ["a", "b"]) publisher.publish(message(body));
    await publisher.finish();
    expect(told).toEqual(["sent a", "sent b", "returned b 312"]);
    expect(mandatoryOn(server)).toEqual([true, true]);
    expect(publisher.account).toMatchObject({
      read: 2,
      returned: 1,
      unconfirmed: 1,
      handedOver: 1,
    });
  });

  it("what a lost connection had taken is neither counted as delivered nor sent again", async () => {
    const server = await misbehave((connection) =>
      connection === 1 ? [...openChannel(), "body", "body", "rst"] : plain,
    );
    const { publisher } = openPublisher({ confirm: false });
    await openSession([server.port], publisher);
    for (const body of ["a", "b"]) publisher.publish(message(body));
    await server.until("the second connection", ({ connections }) => connections === 2);
    await expect.poll(() => publisher.room()).toBeUndefined();
    publisher.publish(message("c"));
    await publisher.finish();
    expect(bodiesOn(server, 2)).toEqual(["c"]);
    expect(publisher.account).toEqual({
      read: 3,
      sent: 3,
      confirmed: 0,
      returned: 0,
      nacked: 0,
      unconfirmed: 3,
      handedOver: 1,
      resent: 0,
    });
  });
});

it("without confirms a session goes on for as long as each connection has taken a message", async () => {
  const server = await misbehave([...openChannel(), "body", "rst"]);
  const { publisher } = openPublisher({ confirm: false });
  await openSession([server.port], publisher, { maxOutageMs: 300 });
  for (let connection = 1; connection <= 20; connection++) {
    await server.until(`connection ${connection}`, ({ connections }) => connections >= connection);
    await publisher.room();
    publisher.publish(message(`${connection}`));
  }
  expect(publisher.failed.aborted).toBe(false);
});

describe("a message that cannot be encoded", () => {
  const tooLong = message("x", { routingKey: "k".repeat(256) });

  it("is refused, and counts as not read; the others arrive", async () => {
    const server = await misbehave([...confirming, confirmsAll]);
    const { publisher, told } = openPublisher();
    await openSession([server.port], publisher);
    publisher.publish(message("a"));
    expect(() => publisher.publish(tooLong)).toThrow(/a message cannot be sent: .*255/);
    publisher.publish(message("b"));
    await publisher.finish();
    expect(told).toEqual(["sent a", "sent b"]);
    expect(publisher.account).toMatchObject({ read: 2, confirmed: 2, unconfirmed: 0 });
  });

  it("is told as refused when that is seen only on the next connection; the others arrive", async () => {
    const lost: Script = [...openChannel("confirm"), "body", "rst"];
    const last = [...confirming, confirmsAll];
    const server = await misbehave(inTurn(lost, ["header", "rst"], last));
    const { publisher, told } = openPublisher();
    await openSession([server.port], publisher);
    publisher.publish(message("a"));
    await server.until("the second try", ({ connections }) => connections === 2);
    publisher.publish(tooLong);
    publisher.publish(message("b"));
    await publisher.finish();
    expect(told).toEqual([expect.stringMatching(/^nacked x \(.*255/), "sent a", "sent b"]);
    expect(publisher.account).toMatchObject({ read: 3, sent: 2, confirmed: 2, nacked: 1 });
  });

  it("is told as refused when the next broker takes only smaller frames; the others are sent again", async () => {
    const lost: Script = [...openChannel("confirm"), { frames: 9 }, "rst"];
    const smaller = [...openChannel("confirm", { frameMax: 8192 }), ...goodbye(), confirmsAll];
    const server = await misbehave(inTurn(lost, smaller));
    const { publisher, told } = openPublisher();
    await openSession([server.port], publisher);
    const headers = { h: "x".repeat(20_000) };
    publisher.publish(message("a"));
    publisher.publish(message("large", { properties: { headers } }));
    publisher.publish(message("b"));
    await publisher.finish();
    expect(bodiesOn(server, 2)).toEqual(["a", "b"]);
    const why = "it cannot be sent on this connection: the properties are larger than one frame";
    expect(told).toEqual([`nacked large (${why} (--frame-max))`, "sent a", "sent b"]);
    expect(publisher.account).toMatchObject({ confirmed: 2, nacked: 1, resent: 2 });
  });
});
