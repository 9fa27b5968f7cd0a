// What is read past amqplib: the same messages in the same order as with amqplib alone, and none that it would drop.
import { once } from "node:events";
import { Duplex } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Channel, type ChannelModel, connect, type Message } from "amqplib";
import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import {
  fitValve,
  framing,
  insideOf,
  keepRawHeaders,
  readDeliveries,
  type Valve,
} from "../../../src/amqp/wire/wire.ts";
import { ack, channelOpenOk, consumeOk, deliver, returned } from "../../support/amqp-answer.ts";
import { heartbeat } from "../../support/amqp-frame.ts";
import { deliveryFrames } from "../../support/delivery-frames.ts";
import { misbehave } from "../../support/misbehave.ts";
import { goodbye, openChannel } from "../../support/misbehave-script.ts";

/** Two channels with two consumers each, what they were given, and where their bytes come in. */
interface Client {
  readonly model: ChannelModel;
  readonly channels: readonly [Channel, Channel];
  readonly socket: Duplex;
  readonly valve: Valve;
  readonly log: string[];
}

const TAGS = ["a", "b"];

async function open(isFast = true): Promise<Client> {
  const second = ["channel.open", channelOpenOk(2)] as const;
  const consumers = [1, 2].flatMap((channel) =>
    TAGS.flatMap((tag) => ["basic.consume", consumeOk(tag, channel)] as const),
  );
  const server = await misbehave([...openChannel(), ...second, ...consumers, ...goodbye()]);
  const model = await connect(server.url);
  // The server hangs up when the test is over.
  model.on("error", () => {});
  const inside = insideOf(model);
  if (!inside) throw new Error("amqplib is not as expected");
  keepRawHeaders(inside);
  const valve = fitValve(inside);
  const read = readDeliveries(inside, valve);
  const channels = [await model.createChannel(), await model.createChannel()] as const;
  const log: string[] = [];
  for (const [i, channel] of channels.entries()) {
    if (isFast) read(channel);
    const note = (what: string): void => void log.push(`channel ${i + 1}: ${what}`);
    channel.on("error", () => {});
    channel.on("return", (message: Message) => note(`returned ${tell(message)}`));
    channel.on("ack", (settled) => note(`ack ${JSON.stringify(settled)}`));
    for (const tag of TAGS)
      await channel.consume("q", (message) => note(`${tag} got ${message ? tell(message) : ""}`));
  }
  const { connection } = model;
  const socket = "stream" in connection ? connection.stream : undefined;
  if (!(socket instanceof Duplex)) throw new Error("amqplib is not as expected");
  return { model, channels, socket, valve, log };
}

function tell({ fields, properties, content }: Message): string {
  return JSON.stringify({ fields, properties, content: content.toString("latin1") });
}

/** Lets the bytes in, cut at these places, and each piece as if it had come alone. */
async function receive({ socket }: Client, bytes: Buffer, cuts: readonly number[] = []) {
  const places = cuts.map((cut) => cut % bytes.length).toSorted((a, b) => a - b);
  for (const [i, place] of [0, ...places].entries()) {
    if (!socket.destroyed) socket.push(bytes.subarray(place, places[i]));
    await nextTurn();
  }
}

const deliveries = (...bodies: readonly string[]): Buffer =>
  Buffer.concat(bodies.map((body, i) => deliver("a", i + 1, { body })));

const bodiesIn = ({ log }: Client): readonly string[] =>
  log.map((line) => /"content":"(.*)"/.exec(line)?.[1] ?? line);

test("amqplib is as expected", async () => {
  const { channels } = await open();
  expect(channels.map((channel) => framing(channel))).toEqual([
    { number: 1, frameMax: 131_072 },
    { number: 2, frameMax: 131_072 },
  ]);
});

/** What a broker says on a channel, as frames; what is damaged lacks one. */
const delivered = fc
  .record({
    channel: fc.constantFrom(1, 2),
    consumerTag: fc.constantFrom(...TAGS),
    deliveryTag: fc.nat(),
    redelivered: fc.boolean(),
    exchange: fc.constantFrom("", "logs"),
    routingKey: fc.constantFrom("hello", "größer", "\udcff"),
    properties: fc.constantFrom({}, { deliveryMode: 2 as const, messageId: "1" }),
    body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  })
  .chain((sent) => fc.constantFrom(1, 1, 1, 3).map((parts) => deliveryFrames(sent, parts)));
const damaged = fc
  .tuple(delivered, fc.nat())
  .map(([frames, lost]) => frames.toSpliced(lost % frames.length, 1));
const other = fc.constantFrom(
  [heartbeat()],
  [ack(1)],
  [returned(312, "NO_ROUTE", { body: "back", channel: 2 })],
);
const said = fc.oneof(
  { arbitrary: delivered, weight: 10 },
  { arbitrary: damaged, weight: 1 },
  { arbitrary: other, weight: 2 },
);

describe("deliveries", () => {
  test("are what amqplib alone makes of the same bytes, wherever they are cut", async () => {
    const all = fc.array(said, { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(all, fc.array(fc.nat(), { maxLength: 6 }), async (frames, cuts) => {
        const bytes = Buffer.concat(frames.flat());
        const [fast, slow] = [await open(true), await open(false)];
        await receive(fast, bytes, cuts);
        await receive(slow, bytes, cuts);
        expect(fast.log).toEqual(slow.log);
      }),
    );
  });

  test("pass amqplib by when all of one has come, and only then", async () => {
    const client = await open();
    const accept = vi.spyOn(acceptorOf(client.channels[0]), "accept");
    await receive(client, deliveries("1", "2", "3"));
    expect([bodiesIn(client), accept.mock.calls.length]).toEqual([["1", "2", "3"], 0]);
    const bytes = deliveries("4");
    await receive(client, bytes, [bytes.length - 1]);
    // Its method, its header and its body.
    expect([bodiesIn(client).at(-1), accept.mock.calls.length]).toEqual(["4", 3]);
  });

  test("stop and go on with the valve", async () => {
    const client = await open();
    const { valve, socket } = client;
    valve.close();
    await receive(client, deliveries("a", "b"));
    expect([bodiesIn(client), valve.isClosed]).toEqual([[], true]);
    const goesOn = once(socket, "readable");
    valve.open();
    await goesOn;
    expect([bodiesIn(client), valve.isClosed]).toEqual([["a", "b"], false]);
  });

  test("stop at the one behind which the valve was closed", async () => {
    const client = await open();
    const { valve, channels, socket, log } = client;
    channels[0].on("delivery", () => log.length === 2 && valve.close());
    await receive(client, deliveries("a", "b", "c"));
    expect(bodiesIn(client)).toEqual(["a", "b"]);
    const goesOn = once(socket, "readable");
    valve.open();
    await goesOn;
    expect(bodiesIn(client)).toEqual(["a", "b", "c"]);
  });

  test.each(["channel", "connection"] as const)(
    "are dropped while the %s closes",
    async (which) => {
      const client = await open();
      await receive(client, deliveries("before"));
      const closed = which === "channel" ? client.channels[0].close() : client.model.close();
      await receive(client, deliveries("after"));
      await closed;
      expect(bodiesIn(client)).toEqual(["before"]);
    },
  );
});

/** Where in the chain of prototypes the method is that takes a channel's frames. */
function acceptorOf(channel: Channel): { accept: () => void } {
  for (let owner: unknown = channel; isObject(owner); owner = Object.getPrototypeOf(owner))
    if (accepts(owner)) return owner;
  throw new Error("amqplib is not as expected");
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function accepts(owner: object): owner is { accept: () => void } {
  return Object.hasOwn(owner, "accept");
}
