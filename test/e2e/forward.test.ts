// amqp-con --forward: every message is published on, and acknowledged after that.
import { describe, expect, test } from "vitest";
import { con, startCon } from "../support/binaries.ts";
import {
  createExchange,
  createQueue,
  put,
  takeAll,
  takeBodies,
  takeOnly,
  untilQueue,
  withChannel,
} from "../support/witness.ts";

const JSON_SUMMARY = ["--summary", "json"];

describe("--forward", () => {
  test("moves all messages, in order, and shows none", async () => {
    const numbers = Array.from({ length: 300 }, (_, i) => `${i}`);
    const [from, to] = [await createQueue(numbers), await createQueue()];
    const words = ["-q", from, "--until-empty", "--forward", `:${to}`, "--summary", "text"];
    const { code, stdout, stderr } = await con(words);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toContain(
      "Account: received 300 = acked 300 + requeued 0 + rejected 0 + left 0",
    );
    expect(await takeBodies(to)).toEqual(numbers);
    expect(await takeBodies(from)).toEqual([]);
  });

  test("sends no copies once more, perhaps to where the message comes from", async () => {
    const [from, to] = [await createQueue(), await createQueue()];
    await put(from, { body: "x", headers: { CC: [from], a: 1 } });
    const { stderr } = await con([
      "-q",
      from,
      "--until-empty",
      "--forward",
      `:${to}`,
      ...JSON_SUMMARY,
    ]);
    expect(stderr).toContain('"received":1,"acked":1');
    const headers = { a: 1, "x-original-cc": [from] };
    expect((await takeOnly(to)).properties.headers).toEqual(headers);
  });

  test("leaves out what was said of another queue, and the user whom the broker would check", async () => {
    const [from, to] = [await createQueue(), await createQueue()];
    const headers = { "x-delivery-count": 3, "x-acquired-count": 3, "x-retry-count": 7 };
    await put(from, { body: "x", userId: "guest", headers });
    const { code } = await con(["-q", from, "--until-empty", "--forward", `:${to}`]);
    expect(code).toBe(0);
    const { properties } = await takeOnly(to);
    expect(properties.userId).toBeUndefined();
    expect(properties.headers).toEqual({ "x-retry-count": 7 });
  });

  test("leaves only what the broker does not take, and acknowledges what came with it", async () => {
    const [from, to] = [await createQueue(), await createQueue()];
    const [source, target] = [await createExchange("topic"), await createExchange("direct")];
    await withChannel(async (channel) => {
      await channel.bindQueue(from, source, "#");
      await channel.bindQueue(to, target, "good");
      for (const key of ["good", "bad", "good"]) channel.publish(source, key, Buffer.from(key));
      await channel.checkQueue(from);
    });
    const { code, stderr } = await con(["-q", from, "--forward", target, ...JSON_SUMMARY]);
    expect(code).toBe(5);
    expect(stderr).toContain('"received":3,"acked":2');
    await untilQueue(from, { messages: 1 });
    expect(await takeBodies(from)).toEqual(["bad"]);
  });

  test("leaves properties and headers as they are", async () => {
    const properties = {
      contentType: "text/plain",
      correlationId: "c",
      deliveryMode: 1,
      expiration: "600000",
      messageId: "m",
      priority: 4,
      replyTo: "r",
      timestamp: 1_700_000_000,
      type: "t",
      headers: { a: "x", n: { nested: true }, list: [1, "two"] },
    };
    const [from, to] = [await createQueue([{ body: "x", ...properties }]), await createQueue()];
    expect(await con(["-q", from, "-n", "1", "--forward", `:${to}`])).toMatchObject({ code: 0 });
    expect((await takeOnly(to)).properties).toMatchObject(properties);
  });

  test("to an exchange keeps each message's key, unless one is given", async () => {
    const [from, to] = [await createQueue(), await createQueue()];
    const [source, target] = [await createExchange("topic"), await createExchange("topic")];
    await withChannel(async (channel) => {
      await channel.bindQueue(from, source, "#");
      await channel.bindQueue(to, target, "#");
      for (const key of ["a.b", "c"]) channel.publish(source, key, Buffer.from(key));
      await channel.checkQueue(from);
    });
    await con(["-q", from, "-n", "1", "--forward", target]);
    await con(["-q", from, "-n", "1", "--forward", `${target}:other`]);
    expect((await takeAll(to)).map(({ fields }) => fields.routingKey)).toEqual(["a.b", "other"]);
  });

  test.each(["--forward", "--dead-letter"])(
    "%s says how to make what is not there",
    async (flag) => {
      const handler = flag === "--forward" ? [] : ["--", "true"];
      const from = await createQueue();
      const absent = `${from}-absent`;
      const toQueue = await con(["-q", from, flag, `:${absent}`, ...handler]);
      expect(toQueue.stderr).toContain(
        `hint: the target of --forward or --dead-letter must exist: make it with amqp-pub -q ${absent} -Q --durable-queue --nad-queue --declare-only\n`,
      );
      const toExchange = await con(["-q", from, flag, absent, ...handler]);
      expect(toExchange.stderr).toContain(
        `must exist: declare the exchange first; a queue is :${absent}\n`,
      );
      expect([toQueue.code, toExchange.code]).toEqual([4, 4]);
    },
  );

  test("accounts for what was in hand when the broker refuses to take it", async () => {
    const from = await createQueue(["x", "y"]);
    const inner = await createExchange("fanout", { internal: true });
    const { code, stderr } = await con(["-q", from, "--forward", inner, "--summary", "text"]);
    expect(code).toBe(4);
    expect(stderr).toContain("Account: received 2 = acked 0 + requeued 0 + rejected 0 + left 2\n");
    await untilQueue(from, { messages: 2 });
  });

  test("stops when no queue gets a message, which stays where it is", async () => {
    const [from, nowhere] = [await createQueue(["x", "y"]), await createExchange("direct")];
    expect(await con(["-q", from, "--forward", `${nowhere}:k`])).toMatchObject({
      code: 5,
      stdout: "",
      stderr: `ERROR: a message cannot be passed on to exchange "${nowhere}", key "k": it reaches no queue\nhint: the original was not acknowledged and stays in its queue\n`,
    });
    await untilQueue(from, { messages: 2 });
  });

  test("does not begin without its destination", async () => {
    const from = await createQueue(["x"]);
    const result = await con(["-q", from, "--forward", "pubcon-test.no-such-exchange"]);
    expect(result).toMatchObject({ code: 4, stderr: expect.stringContaining("NOT_FOUND") });
    expect(await takeBodies(from)).toEqual(["x"]);
  });

  test("loses nothing when it is killed: what was not acknowledged comes again", async () => {
    const numbers = Array.from({ length: 600 }, (_, i) => `${i}`);
    const [from, to] = [await createQueue(numbers), await createQueue()];
    for (let i = 0; i < 4; i++) {
      const shovel = startCon(["-q", from, "--forward", `:${to}`, "--prefetch", "20"]);
      await untilQueue(from, { consumers: 1 });
      shovel.kill("SIGKILL");
      await shovel.ended();
    }
    await put(from, "last");
    await con(["-q", from, "--forward", `:${to}`, "--until-body", "last", "--until-empty"]);
    const arrived = await takeBodies(to);
    expect(new Set(arrived)).toEqual(new Set([...numbers, "last"]));
    expect(arrived.length).toBeLessThanOrEqual(numbers.length + 1 + 4 * 20);
  });
});

test.each([
  ["-n", "1", "--forward", "DEST"],
  ["--get", "--forward", "DEST"],
  ["-n", "1", "--dead-letter", "DEST", "--shell", "exit 1"],
])("%s %s: a refusal is told also when a stop rule has held already", async (...given) => {
  const queue = await createQueue(["one", "two"]);
  const internal = await createExchange("fanout", { internal: true });
  const words = given.map((word) => (word === "DEST" ? `${internal}:k` : word));
  const { code, stderr } = await con(["-q", queue, ...words]);
  expect(code).toBe(4);
  expect(stderr).toContain("cannot publish to internal exchange");
  expect(await takeBodies(queue)).toEqual(["one", "two"]);
});
