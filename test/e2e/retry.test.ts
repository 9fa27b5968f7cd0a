// --retries and --dead-letter: messages are tried again later, and given up in the end; none is lost on the way.
import { describe, expect, test } from "vitest";
import { con, startCon } from "../support/binaries.ts";
import { bindExchange, publish, quickly } from "../support/retries.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import {
  createExchange,
  createQueue,
  forgetAtEnd,
  put,
  queueState,
  takeBodies,
  takeOnly,
  untilQueue,
  withChannel,
} from "../support/witness.ts";

/** What the handler is told at each try, as it prints it. */
const TELL = 'echo "$AMQP_ATTEMPT $AMQP_EXCHANGE $AMQP_ROUTING_KEY $AMQP_REDELIVERED"';

describe("a message whose handler fails", () => {
  test("is tried again after growing delays, looking as it did at first", async () => {
    const queue = await createQueue();
    const exchange = await bindExchange(queue, "a.b");
    await publish(exchange, "a.b", { expiration: "60000", headers: { CC: [], own: "x" } });
    const script = `${TELL}; date +%s%3N >&2; [ "$AMQP_ATTEMPT" = 4 ] || exit 1`;
    const words = [...quickly(queue, 3), "-n", "4", "--summary", "json", "--shell", script];
    const { code, stdout, stderr } = await con(words);
    expect(code).toBe(0);
    expect(stdout).toBe([1, 2, 3, 4].map((n) => `${n} ${exchange} a.b false\n`).join(""));
    const times = (stderr.match(/^\d{13}$/gm) ?? []).map(Number);
    const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0));
    for (const [i, gap] of gaps.entries()) expect(gap).toBeGreaterThanOrEqual(100 * 2 ** i);
    expect(stderr).toContain("WARNING: handler: exit code 1; try 2 of 4 in 0.1 s\n");
    expect(stderr).toContain('{"received":4,"acked":1,"requeued":0,"rejected":0,"retried":3,');
  });

  test("goes to the dead-letter queue in the end, with the reason and where it came from", async () => {
    const [queue, dead] = [await createQueue(), await createQueue()];
    const exchange = await bindExchange(queue, "k");
    await publish(exchange, "k", { messageId: "m", userId: undefined, headers: { own: "x" } });
    const script = `printf '%2000s' bad >&2; exit 9`;
    const { code } = await con([
      ...quickly(queue, 1),
      ...`-n 2 --dead-letter :${dead} --shell`.split(" "),
      script,
    ]);
    expect(code).toBe(6);
    const { content, properties, fields } = await takeOnly(dead);
    expect(content.toString()).toBe("job");
    expect(fields).toMatchObject({ exchange: "", routingKey: dead });
    expect(properties).toMatchObject({ messageId: "m", deliveryMode: 2 });
    expect(properties.headers).toMatchObject({
      own: "x",
      "x-failure-reason": "exit code 9",
      "x-exit-code": 9,
      "x-stderr": " ".repeat(1024),
      "x-attempts": 2,
      "x-original-exchange": exchange,
      "x-original-routing-key": "k",
      "x-original-queue": queue,
      "x-first-death-queue": queue,
      "x-first-death-exchange": exchange,
    });
    expect(properties.headers).not.toHaveProperty("x-retry-count");
    const [death, ...others] = properties.headers?.["x-death"] ?? [];
    expect(death).toMatchObject({ queue, exchange, reason: "rejected", "routing-keys": ["k"] });
    expect(others).toEqual([]);
    expect(await queueState(queue)).toMatchObject({ messages: 0 });
  });

  test("counts no tries that it had elsewhere", async () => {
    const queue = await createQueue();
    await put(queue, { body: "x", headers: { "x-delivery-count": 9, "x-retry-count": 9 } });
    const { stdout } = await con([...quickly(queue, 1), "-n", "2", "--shell", `${TELL}; exit 1`]);
    expect(stdout.split("\n").map((line) => line.split(" ")[0])).toEqual(["1", "2", ""]);
  });

  test("is rejected in the end without --dead-letter, so that the queue's own exchange gets it", async () => {
    const dead = await createQueue();
    const queue = await createQueue(["x"], { deadLetterExchange: "", deadLetterRoutingKey: dead });
    const { code, stderr } = await con([...quickly(queue, 1), "-n", "2", "--", "false"]);
    expect(code).toBe(6);
    expect(stderr).toContain("WARNING: handler: exit code 1; rejected\n");
    await untilQueue(dead, { messages: 1 });
    expect(await takeBodies(dead)).toEqual(["x"]);
  });

  test("keeps its own key at the dead-letter exchange, unless one is given", async () => {
    const [queue, dead] = [await createQueue(), await createQueue()];
    const graveyard = await bindExchange(dead, "k.own");
    const exchange = await bindExchange(queue, "k.own");
    await publish(exchange, "k.own", {});
    await con(["-q", queue, "-n", "1", "--dead-letter", graveyard, "--shell", "exit 3"]);
    expect((await takeOnly(dead)).fields).toMatchObject({
      exchange: graveyard,
      routingKey: "k.own",
    });
  });

  test("with exit code 75 is tried again also without --retries", async () => {
    const queue = await createQueue(["x"]);
    forgetAtEnd(`${queue}.retry-5000ms`);
    const words = ["-q", queue, "-n", "1", "--shell", "exit 75"];
    expect(await con(words)).toMatchObject({
      code: 0,
      stderr: "WARNING: handler: exit code 75; try 2 of 4 in 5 s\nStopping: --count 1 reached\n",
    });
    await untilQueue(`${queue}.retry-5000ms`, { messages: 1 });
  });

  test("counts a quorum queue's own deliveries", async () => {
    const queue = await createQueue(["x"], { arguments: { "x-queue-type": "quorum" } });
    forgetAtEnd(`${queue}.retry-100ms`);
    const words = ["-q", queue, "--retry-delay", "0.1"];
    const { stdout } = await con([
      ...words,
      "-n",
      "2",
      "--shell",
      `${TELL}; exit $((AMQP_ATTEMPT < 2))`,
    ]);
    expect(stdout).toBe(`1  ${queue} false\n2  ${queue} false\n`);
    await withChannel(async (channel) => {
      const got = await channel.get(queue);
      expect(got).toBe(false);
    });
  });
});

describe("nothing is lost", () => {
  test("when there is no dead-letter destination: the worker does not even begin", async () => {
    const queue = await createQueue(["x"]);
    for (const nowhere of [":pubcon-test.no-such-queue", "pubcon-test.no-such-exchange:k"]) {
      const result = await con(["-q", queue, "--dead-letter", nowhere, "--", "false"]);
      expect(result).toMatchObject({ code: 4, stderr: expect.stringContaining("NOT_FOUND") });
    }
    expect(await takeBodies(queue)).toEqual(["x"]);
  });

  test("when the dead-letter exchange leads nowhere: the worker stops, and the message stays", async () => {
    const queue = await createQueue(["x"]);
    const nowhere = await createExchange("direct");
    const result = await con(["-q", queue, "--dead-letter", nowhere, "--", "false"]);
    expect(result).toMatchObject({
      code: 5,
      stderr: expect.stringContaining(
        "it reaches no queue\nhint: the original was not acknowledged",
      ),
    });
    await untilQueue(queue, { messages: 1 });
  });

  test("when the dead-letter queue is full: it is tried some more, then the worker stops", async () => {
    const full = { maxLength: 1, arguments: { "x-overflow": "reject-publish" } };
    const [queue, dead] = [await createQueue(["x"]), await createQueue(["first"], full)];
    const result = await con(["-q", queue, "--dead-letter", `:${dead}`, "--", "false"]);
    expect(result).toMatchObject({ code: 5, stderr: expect.stringContaining("refuses it (nack)") });
    await untilQueue(queue, { messages: 1 });
  });

  test("when the delay queue is gone: it is made again", async () => {
    const queue = await createQueue(["1"]);
    const script = '[ "$AMQP_ATTEMPT" = 2 ] || exit 75; cat; echo';
    const worker = startCon([...quickly(queue, 1), "--shell", script]);
    await worker.waitForLines("stdout", 1);
    await withChannel((channel) => channel.deleteQueue(`${queue}.retry-100ms`));
    await put(queue, "2");
    expect(await worker.waitForLines("stdout", 2)).toEqual(["1", "2"]);
    worker.kill();
    expect(await worker.ended()).toMatchObject({ code: 0 });
  });

  test("when a message names another user: that name does not come along", async () => {
    const { username } = new URL(sharedBroker().url);
    const queue = await createQueue();
    await put(queue, { body: "x", userId: username });
    const dead = await createQueue();
    await con(["-q", queue, "-n", "1", "--dead-letter", `:${dead}`, "--", "false"]);
    expect((await takeOnly(dead)).properties.userId).toBeUndefined();
  });
});
