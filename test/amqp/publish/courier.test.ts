// Passing messages on: what is stored, what is refused, and a channel that refuses everything, as one does that was opened
// while a quorum queue had no leader.
import { describe, expect, it } from "vitest";
import { beside, Courier } from "../../../src/amqp/publish/courier.ts";
import { Unreachable } from "../../../src/errors.ts";
import type { Link } from "../../../src/amqp/session/link.ts";
import { close, type ClientFrame } from "../../support/amqp-frame.ts";
import { ack, channelOpenOk, nack, returned, selectOk } from "../../support/amqp-answer.ts";
import { misbehave } from "../../support/misbehave.ts";
import { openChannel, whenever, type Script } from "../../support/misbehave-script.ts";
import { bodiesOn, message } from "../../support/pretended-publisher.ts";
import { IdleClient, inTurn, openSession } from "../../support/pretended-session.ts";

/** The consumer's channel, and the courier's. */
const opening: Script = [
  ...openChannel(),
  "channel.open",
  channelOpenOk(2),
  "confirm.select",
  selectOk(2),
];
const confirms: Script = [...opening, whenever("body", (count) => ack(count, false, 2))];
const refuses: Script = [...opening, whenever("body", (count) => nack(count, false, 2))];
const dies: Script = [...opening, "rst"];

/** A courier beside an idle client; `link` resolves with the client's link on the connection of that number. */
async function openCourier(...scripts: readonly [Script, ...Script[]]) {
  const server = await misbehave(inTurn(...scripts));
  const courier = new Courier([], { blocked: () => {}, unblocked: () => {} });
  const client = new IdleClient();
  await openSession([server.port], beside(courier, client));
  const link = async (number: number): Promise<Link> => {
    await client.attached(number);
    return client.links[number - 1] ?? expect.fail("no such link");
  };
  return { courier, server, link };
}

it("changes nothing of what a session asks its client", () => {
  const told = { repeats: false, isDrained: false, progress: 7 };
  const client = Object.assign(new IdleClient(), { ...told, outlives: () => true });
  const both = beside(new Courier([], { blocked: () => {}, unblocked: () => {} }), client);
  expect(both).toMatchObject(told);
  expect(both.outlives?.(new Unreachable("gone"))).toBe(true);
});

describe("a message that is passed on", () => {
  it("is confirmed by the broker, or refused for good after a few tries", async () => {
    const stored = await openCourier(confirms);
    expect(await stored.courier.send(message("a"), 1)).toBe("confirmed");
    const refused = await openCourier(refuses);
    expect(await refused.courier.send(message("a"), 1)).toBe("nacked");
    expect(refused.server.connections).toBe(1);
  });

  it("is told as confirmed though one before it is not: its original can be acknowledged", async () => {
    const { courier, server } = await openCourier([...opening, "body", "body", ack(2, false, 2)]);
    const stuck = courier.send(message("stuck"), 1);
    expect(await courier.send(message("b"), 1)).toBe("confirmed");
    server.send(ack(1, false, 2));
    expect(await stuck).toBe("confirmed");
  });

  it("belongs to its link: on another one nobody knows", async () => {
    const { courier, link } = await openCourier(dies, confirms);
    await link(2);
    expect(await courier.send(message("a"), 1)).toBe("lost");
    expect(await courier.send(message("a"), 2)).toBe("confirmed");
  });
});

/** A message that was sent on the courier's channel, or was not, and comes back. */
function unroutable(body: string): Buffer {
  return returned(312, "NO_ROUTE", { routingKey: "k", body, channel: 2 });
}

describe("a broker that cannot be believed is left, and what was on its way is not taken for stored", () => {
  it.each<[string, Buffer]>([
    ["when it confirms what was not sent", ack(2 ** 52, true, 2)],
    ["when it refuses what was not sent", nack(2, false, 2)],
    ["when it confirms number nothing", ack(0, true, 2)],
    ["when it returns what was not sent", Buffer.concat([unroutable("other"), ack(1, false, 2)])],
  ])("%s", async (_, lie) => {
    const { courier, link, server } = await openCourier([...opening, "body", lie], confirms);
    expect(await courier.send(message("a", { properties: {} }), 1)).toBe("lost");
    const { generation } = await link(2);
    expect(await courier.send(message("a", { properties: {} }), generation)).toBe("confirmed");
    expect(server.connections).toBe(2);
  });

  it("but not when it returns what was sent", async () => {
    const returns = Buffer.concat([unroutable("a"), ack(1, false, 2)]);
    const { courier, server } = await openCourier([...opening, "body", returns]);
    expect(await courier.send(message("a", { properties: {} }), 1)).toBe("returned");
    expect(server.connections).toBe(1);
  });
});

/** Fails on one message, and takes all others. */
const fails: Script = [
  ...opening,
  whenever("body", (count, { payload }) =>
    payload.toString() === "bad" ? close(541, "INTERNAL_ERROR") : ack(count, false, 2),
  ),
];

/** Fails on a message whose header says that it is bad. */
const failsOnHeader = (): Script => {
  let isBad = false;
  return [
    ...opening,
    whenever("content-header", (_, { payload }) => {
      isBad = payload.includes("bad");
      return Buffer.alloc(0);
    }),
    whenever("body", (count) => (isBad ? close(541, "INTERNAL_ERROR") : ack(count, false, 2))),
  ];
};

describe("a message that the broker fails on", () => {
  it("is told from those on their way with it", async () => {
    const { courier, link } = await openCourier(fails);
    const bodies = ["a", "bad", "b"];
    const fates: (readonly string[])[] = [];
    for (const number of [1, 2, 3, 4]) {
      const { generation } = await link(number);
      fates.push(await Promise.all(bodies.map((body) => courier.send(message(body), generation))));
    }
    expect(fates).toEqual([
      ["confirmed", "lost", "lost"],
      ["confirmed", "lost", "lost"],
      ["confirmed", "lost", "lost"],
      ["confirmed", "fatal", "lost"],
    ]);
    const { generation } = await link(5);
    expect(await courier.send(message("b"), generation)).toBe("confirmed");
  });

  it("is told from another one with the same body, by its properties", async () => {
    const { courier, link } = await openCourier(failsOnHeader());
    const same = [message("x"), message("x", { properties: { type: "bad" } })];
    // Alone on its way at the first loss, or not: the other may be confirmed by then.
    const fates: string[] = [];
    for (let number = 1; !fates.includes("fatal"); number++) {
      const { generation } = await link(number);
      const sent = await Promise.all(same.map((each) => courier.send(each, generation)));
      fates.push(sent[1] ?? "");
    }
    expect(fates.length).toBeLessThan(5);
  });

  it("makes nobody overtake: what comes later waits behind what goes one at a time", async () => {
    const once: Script = [...opening, { frames: 6 }, close(541, "INTERNAL_ERROR")];
    const { courier, link, server } = await openCourier(once, confirms);
    const bodies = ["a", "b", "c", "d", "e", "f"];
    await Promise.all(bodies.slice(0, 2).map((body) => courier.send(message(body), 1)));
    await link(2);
    const sending = bodies.map((body) => courier.send(message(body), 2));
    await sending[1];
    sending.push(...["g", "h"].map((body) => courier.send(message(body), 2)));
    await Promise.all(sending);
    expect(bodiesOn(server, 2)).toEqual([...bodies, "g", "h"]);
  });

  it("is not blamed for a broker that fails once", async () => {
    const once: Script = [...opening, "body", close(541, "INTERNAL_ERROR")];
    const { courier, link } = await openCourier(once, confirms);
    expect(await courier.send(message("a"), 1)).toBe("lost");
    await link(2);
    expect(await courier.send(message("a"), 2)).toBe("confirmed");
  });
});

/** Refuses all on channel 2, and on the next ones as often as is said; the connection stays. */
function refusesOn(channels: number): Script {
  const others = Array.from({ length: 3 }, (_, i) => i + 3);
  const answer = (_: number, { channel }: ClientFrame): Buffer => {
    const tag = (tags[channel] = (tags[channel] ?? 0) + 1);
    return channel < 2 + channels ? nack(tag, false, channel) : ack(tag, false, channel);
  };
  const tags: Record<number, number> = {};
  return [
    ...opening,
    whenever("body", answer),
    ...others.flatMap((channel): Script => [
      "channel.open",
      channelOpenOk(channel),
      "confirm.select",
      selectOk(channel),
    ]),
  ];
}

describe("a channel that was opened after a loss and refuses everything", () => {
  it("is given up for another one on the same connection", async () => {
    const { courier, link, server } = await openCourier(dies, refusesOn(1));
    const { generation } = await link(2);
    const messages = ["a", "b", "c", "d", "e"].map((body) => message(body));
    const fates = await Promise.all(messages.map((each) => courier.send(each, generation)));
    expect(fates).toEqual(messages.map(() => "confirmed"));
    expect(server.connections).toBe(2);
  });

  it("is given up three times, then it is the queue's own decision", async () => {
    const { courier, link, server } = await openCourier(dies, refusesOn(9));
    const { generation } = await link(2);
    expect(await courier.send(message("a"), generation)).toBe("nacked");
    expect(server.connections).toBe(2);
    const opened = server.received(2).filter(({ name }) => name === "channel.open");
    expect(opened).toHaveLength(2 + 3);
  });
});
