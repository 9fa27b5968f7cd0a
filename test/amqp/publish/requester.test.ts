// A request that the broker refuses (basic.nack): its queue may be full, or look for a leader. And more replies than awaited.
import { expect, it } from "vitest";
import { Requester } from "../../../src/amqp/publish/requester.ts";
import { ack, channelClose, consumeOk, deliver, nack } from "../../support/amqp-answer.ts";
import { misbehave, type Misbehaviour } from "../../support/misbehave.ts";
import {
  openChannel,
  whenever,
  type Script,
  type Whenever,
} from "../../support/misbehave-script.ts";
import { bodiesOn, message } from "../../support/pretended-publisher.ts";
import { inTurn, openSession } from "../../support/pretended-session.ts";

const opening: Script = [...openChannel("confirm"), "basic.consume", consumeOk("c")];

/** Asks a server that answers each request so; resolves with its end, with what the server has got, and the replies. */
async function ask(answer: Whenever["answer"], replies = 1) {
  return askServer(await misbehave([...opening, whenever("body", answer)]), replies);
}

function open(replies = 1): Requester {
  const plan = { replies, timeoutMs: 500, ownQueue: false };
  return new Requester(plan, { blocked: () => {}, unblocked: () => {} });
}

async function askServer(server: Misbehaviour, replies = 1) {
  const requester = open(replies);
  await openSession([server.port], requester);
  const shown: string[] = [];
  const request = message("a", { properties: { correlationId: "id" } });
  const ending = await requester.ask(request, ({ body }) => void shown.push(body.toString()));
  return { ending, got: bodiesOn(server), shown, requester, request };
}

it("is sent again, and only late when the broker has taken it at last", async () => {
  const { ending, got } = await ask((count) => (count === 1 ? nack(count) : ack(count)));
  expect(ending).toBe("late");
  expect(got).toEqual(["a", "a"]);
});

it("is nacked when its time is over and the broker has never taken it", async () => {
  const { ending, got } = await ask((count) => nack(count));
  expect(ending).toBe("nacked");
  expect(got.length).toBeGreaterThanOrEqual(2);
});

it("is sent once on a new link, which does not wait for its next try on the old one", async () => {
  const refuses: Script = [...opening, "body", nack(1), "rst"];
  const takes: Script = [...opening, whenever("body", (count) => ack(count))];
  const server = await misbehave(inTurn(refuses, takes));
  const { ending } = await askServer(server);
  expect(ending).toBe("late");
  expect(bodiesOn(server, 2)).toEqual(["a"]);
});

function takeAndReply(count: number): Buffer {
  return Buffer.concat([ack(count), deliver("c", count, { body: "r", correlationId: "id" })]);
}

it("is refused with the correlation-id of an earlier one: a late reply would be taken for its own", async () => {
  const { ending, requester, request } = await ask(takeAndReply);
  expect(ending).toBe("answered");
  await expect(requester.ask(request, () => {})).rejects.toThrow("that of an earlier request");
});

it("is refused alone when this broker takes none as large, and so is the next one", async () => {
  const text = "PRECONDITION_FAILED - message size 2 is larger than configured max size 1";
  const refuses: Script = [...opening, "body", channelClose(406, text), "channel.close-ok"];
  const server = await misbehave(inTurn(refuses, [...opening, whenever("body", takeAndReply)]));
  const requester = open();
  await openSession([server.port], requester);
  const large = message("aa", { properties: {} });
  const unsent = { unsent: "2 bytes, the limit is 1" };
  expect(await requester.ask(large, () => {})).toEqual(unsent);
  expect(await requester.ask(large, () => {})).toEqual(unsent);
  const small = message("a", { properties: { correlationId: "id" } });
  expect(await requester.ask(small, () => {})).toBe("answered");
});

it("is not sent when it is larger than any broker takes: some close the connection, each time anew", async () => {
  const { got, requester } = await ask(takeAndReply);
  const larger = message("", { body: Buffer.alloc(512 * 1024 * 1024 + 1) });
  await expect(requester.ask(larger, () => {})).rejects.toThrow(
    "a message cannot be sent: 536870913 bytes, the limit is 536870912",
  );
  expect([got, requester.bytes]).toEqual([["a"], 0]);
});

it("is refused alone when the next broker takes only smaller frames; the others are sent again", async () => {
  const lost: Script = [...opening, { frames: 6 }, "rst"];
  const smaller: Script = [
    ...openChannel("confirm", { frameMax: 8192 }),
    ...opening.slice(-2),
    whenever("body", takeAndReply),
  ];
  const server = await misbehave(inTurn(lost, smaller));
  const requester = open();
  await openSession([server.port], requester);
  const headers = { h: "x".repeat(20_000) };
  const large = requester.ask(message("large", { properties: { headers } }), () => {});
  const small = requester.ask(message("a", { properties: { correlationId: "id" } }), () => {});
  const why = "it cannot be sent on this connection: the properties are larger than one frame";
  expect(await large).toEqual({ unsent: `${why} (--frame-max)` });
  expect(await small).toBe("answered");
  expect([bodiesOn(server), bodiesOn(server, 2)]).toEqual([["large", "a"], ["a"]]);
  expect(requester.bytes).toBe(0);
});

it.each([
  [1, ["r1"], "answered"],
  [2, ["r1", "r2"], "answered"],
  [3, ["r1", "r2", "r3"], "answered"],
  [4, ["r1", "r2", "r3"], "late"],
  [0, ["r1", "r2", "r3"], "answered"],
])("that awaits %i of three replies, which arrive together, gets %j", async (replies, ...end) => {
  const all = ["r1", "r2", "r3"].map((body, i) =>
    deliver("c", i + 1, { body, correlationId: "id" }),
  );
  const { ending, shown } = await ask(() => Buffer.concat([ack(1), ...all]), replies);
  expect([shown, ending]).toEqual(end);
});

it.each([
  [2, "late"],
  [0, "answered"],
])(
  "that awaits %i is not sent again with a reply: that server's second one is no other's",
  async (replies, end) => {
    const lost: Script = [...opening, "body", takeAndReply(1), "rst"];
    const server = await misbehave(inTurn(lost, [...opening, whenever("body", takeAndReply)]));
    const { ending, shown } = await askServer(server, replies);
    expect([ending, shown, bodiesOn(server, 2)]).toEqual([end, ["r"], []]);
  },
);

it("with a reply is not sent again either when one of its queues refuses it", async () => {
  const replied = Buffer.concat([nack(1), deliver("c", 1, { body: "r", correlationId: "id" })]);
  const { ending, shown, got } = await ask(() => replied, 2);
  expect([ending, shown, got]).toEqual(["nacked", ["r"], ["a"]]);
});
