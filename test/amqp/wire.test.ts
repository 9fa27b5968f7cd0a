// What is read past amqplib: the same messages in the same order, and none that amqplib would drop.
import { once } from "node:events";
import { Duplex } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Channel, type ChannelModel, connect } from "amqplib";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  fitValve,
  framing,
  keepRawHeaders,
  readDeliveries,
  type Valve,
} from "../../src/amqp/wire.ts";
import { consumeOk, deliver } from "../support/amqp-answer.ts";
import { misbehave } from "../support/misbehave.ts";
import { goodbye, openChannel } from "../support/misbehave-script.ts";

const TAG = "tag";

/** A consumer, what it has received, and where its bytes come in. */
interface Subscription {
  readonly model: ChannelModel;
  readonly channel: Channel;
  readonly socket: Duplex;
  readonly valve: Valve;
  readonly received: (string | null)[];
}

async function subscribe(): Promise<Subscription> {
  const server = await misbehave([...openChannel(), "basic.consume", consumeOk(TAG), ...goodbye()]);
  const model = await connect(server.url);
  // The server hangs up when the test is over.
  model.on("error", () => {});
  const channel = await model.createChannel();
  const isRaw = keepRawHeaders(model);
  const valve = fitValve(model);
  if (!valve || !isRaw || !readDeliveries(model, valve)) throw new Error("not as expected");
  const received: (string | null)[] = [];
  await channel.consume("q", (message) => received.push(message && message.content.toString()));
  const { connection } = model;
  const socket = "stream" in connection ? connection.stream : undefined;
  if (!(socket instanceof Duplex)) throw new Error("not as expected");
  return { model, channel, socket, valve, received };
}

/** Lets the bytes in as if they had come together. */
async function receive({ socket }: Subscription, bytes: Buffer): Promise<void> {
  socket.push(bytes);
  await nextTurn();
}

const deliveries = (bodies: readonly string[]): Buffer =>
  Buffer.concat(bodies.map((body, i) => deliver(TAG, i + 1, { body })));

test("amqplib is as expected", async () => {
  const { channel } = await subscribe();
  expect(framing(channel)).toEqual({ number: 1, frameMax: 131_072 });
});

describe("deliveries", () => {
  test("are all handed on, in order, wherever their bytes are cut", async () => {
    const subscription = await subscribe();
    const bodies = fc.array(fc.string({ maxLength: 200 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(bodies, fc.array(fc.nat(), { maxLength: 6 }), async (sent, places) => {
        const bytes = deliveries(sent);
        const cuts = places.map((place) => place % bytes.length).toSorted((a, b) => a - b);
        for (const [i, cut] of [0, ...cuts].entries())
          await receive(subscription, bytes.subarray(cut, cuts[i]));
        expect(subscription.received.splice(0)).toEqual(sent);
      }),
    );
  });

  test("stop and go on with the valve", async () => {
    const subscription = await subscribe();
    const { valve, received, socket } = subscription;
    valve.close();
    await receive(subscription, deliveries(["a", "b"]));
    expect([received, valve.isClosed]).toEqual([[], true]);
    const goesOn = once(socket, "readable");
    valve.open();
    await goesOn;
    expect([received, valve.isClosed]).toEqual([["a", "b"], false]);
  });

  test("stop at the one behind which the valve was closed", async () => {
    const subscription = await subscribe();
    const { valve, received, channel, socket } = subscription;
    channel.on("delivery", () => received.length === 2 && valve.close());
    await receive(subscription, deliveries(["a", "b", "c"]));
    expect(received).toEqual(["a", "b"]);
    const goesOn = once(socket, "readable");
    valve.open();
    await goesOn;
    expect(received).toEqual(["a", "b", "c"]);
  });

  test.each(["channel", "model"] as const)("are dropped while the %s closes", async (which) => {
    const subscription = await subscribe();
    await receive(subscription, deliveries(["before"]));
    const closed = subscription[which].close();
    await receive(subscription, deliveries(["after"]));
    await closed;
    expect(subscription.received).toEqual(["before"]);
  });
});
