// What is left when amqplib is not as expected: its public API publishes a message as it is or not at all, and nothing is read.
import * as fc from "fast-check";
import { expect, test, vi } from "vitest";
import { Consumer } from "../../../src/amqp/consume/consumer.ts";
import { Getter } from "../../../src/amqp/consume/getter.ts";
import { shakeHands } from "../../../src/amqp/session/handshake.ts";
import { Unsendable } from "../../../src/errors.ts";
import type { Message, Properties } from "../../../src/message/message.ts";
import { ack, getOk, returned } from "../../support/amqp-answer.ts";
import type { ClientFrame } from "../../support/amqp-frame.ts";
import { body, properties, short } from "../../support/arbitrary-message.ts";
import { encodeProperties } from "../../support/encode-properties.ts";
import { goodbye, openChannel, whenever } from "../../support/misbehave-script.ts";
import { misbehave, type Misbehaviour } from "../../support/misbehave.ts";
import { message, openPublisher } from "../../support/pretended-publisher.ts";
import { openSession } from "../../support/pretended-session.ts";
import { subscriptionPlan } from "../../support/subscription-plan.ts";

vi.mock(import("../../../src/amqp/wire/wire.ts"), async (original) => ({
  ...(await original()),
  insideOf: () => undefined,
  framing: () => undefined,
}));

const defect = { exit: "defect", message: "amqplib is not as expected" };

/** A publisher with confirms, at a server that confirms every message. */
async function open() {
  const confirmsAll = whenever("content-header", (count) => ack(count));
  const server = await misbehave([...openChannel("confirm"), confirmsAll, ...goodbye()]);
  const { publisher, told } = openPublisher();
  await openSession([server.port], publisher);
  return { server, publisher, told };
}

/** What has arrived of messages since the last `count` frames. */
function arrived(server: Misbehaviour, count: number): readonly string[] {
  const messages: string[] = [];
  for (const frame of server.received().slice(count))
    if (frame.name === "basic.publish") messages.push(placeOf(frame));
    else if (frame.name === "content-header")
      messages.push(`${messages.pop()} ${frame.payload.toString("hex", 12)} `);
    else if (frame.name === "body") messages.push(messages.pop() + frame.payload.toString("hex"));
  return messages;
}

function placeOf(frame: ClientFrame): string {
  const args = frame.arguments();
  args.short();
  return JSON.stringify([args.shortstr(), args.shortstr()]);
}

/** A message as it should arrive: amqplib always writes headers. */
function asArrived({ exchange, routingKey, properties: some, body: content }: Message): string {
  const header = encodeProperties({ headers: {}, ...some }).toString("hex");
  return `${JSON.stringify([exchange, routingKey])} ${header} ${content.toString("hex")}`;
}

const anything = fc.record({
  exchange: fc.string({ maxLength: 20 }),
  routingKey: short,
  properties,
  body,
});

test("any message is published as it is, or refused", async () => {
  const { server, publisher } = await open();
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anything, { maxLength: 12 }), async (messages) => {
      const before = server.received().length;
      const taken = messages.filter((wanted) => {
        try {
          publisher.publish(wanted);
          return true;
        } catch (error) {
          if (!(error instanceof Unsendable)) throw error;
          refused++;
          return false;
        }
      });
      await publisher.finish();
      await server.until("all", () => arrived(server, before).length === taken.length);
      expect(arrived(server, before)).toEqual(taken.map(asArrived));
    }),
  );
  expect(refused).toBeGreaterThan(0);
});

test("a message with every property that amqplib writes is confirmed", async () => {
  const { server, publisher, told } = await open();
  const full: Properties = {
    contentType: "text/plain",
    contentEncoding: "utf-8",
    headers: { int: { int: "9007199254740993" }, byte: { int8: 1 }, deep: [{ a: { uint16: 7 } }] },
    deliveryMode: 2,
    priority: 9,
    correlationId: "c",
    replyTo: "r",
    expiration: "60000",
    messageId: "m",
    timestamp: 1_700_000_000,
    type: "t",
    userId: "guest",
    appId: "a",
  };
  const sent = message("größer", { routingKey: "größer", properties: full });
  const before = server.received().length;
  publisher.publish(sent);
  await publisher.finish();
  expect(told).toEqual(["sent größer"]);
  expect(arrived(server, before)).toEqual([asArrived(sent)]);
});

test.each<[string, Partial<Message>]>([
  ["the cluster-id", { properties: { clusterId: "c" } }],
  ["a time beyond 2^53", { properties: { timestamp: "9007199254740993" } }],
  ["the other int64", { properties: { headers: { n: { longlong: 1 } } } }],
  ["text that is not UTF-8", { properties: { headers: { deep: [{ t: { string64: "/w==" } }] } } }],
  ["a key that is not UTF-8", { routingKey: "\udcff" }],
  ["what amqplib takes for the mark of a type", { properties: { headers: { "!": "int64" } } }],
])("%s is refused, for amqplib would change it", async (_, changes) => {
  const { publisher } = await open();
  expect(() => publisher.publish(message("x", changes))).toThrow(
    "a message cannot be sent: this version of amqplib would change its properties, headers or key",
  );
});

test("a returned message is a defect", async () => {
  const { server, publisher } = await open();
  server.send(returned(312, "NO_ROUTE", { routingKey: "k", body: "x" }));
  await expect.poll(() => publisher.failed.reason).toMatchObject(defect);
});

test("nothing is subscribed to", async () => {
  const server = await misbehave([...openChannel(), ...goodbye()]);
  await expect(openSession([server.port], new Consumer(subscriptionPlan))).rejects.toMatchObject(
    defect,
  );
  expect(server.received().map(({ name }) => name)).not.toContain("basic.consume");
});

test("a fetched message is a defect", async () => {
  const server = await misbehave([...openChannel(), whenever("basic.get", getOk(1)), ...goodbye()]);
  const getter = new Getter({ ...subscriptionPlan, prefetch: 1 });
  await openSession([server.port], getter);
  await expect(getter.batches().next()).rejects.toMatchObject(defect);
});

test("a connection whose socket cannot be had is a defect", async () => {
  const server = await misbehave([]);
  // Only an address in parts says by which of its functions amqplib connects.
  const shaking = (): unknown => shakeHands(`amqps://127.0.0.1:${server.port}`, {});
  expect(shaking).toThrow(expect.objectContaining(defect));
});
