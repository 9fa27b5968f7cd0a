// --retries leaves no traces on a message: what comes after it sees the message, and finds its origin, as if it had not waited.
import { describe, expect, test } from "vitest";
import { con, pub } from "../support/binaries.ts";
import { bindExchange, publish, quickly } from "../support/retries.ts";
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

describe("a message that was tried again", () => {
  test("goes back to where it first died, though it was tried again in between", async () => {
    const [queue, dead] = [await createQueue(), await createQueue()];
    const options = { deadLetterExchange: "", deadLetterRoutingKey: queue };
    const origin = await createQueue(["x"], options);
    await con(["-q", origin, "--reject", "-n", "1", "--format", "none"]);
    await untilQueue(queue, { messages: 1 });
    await con([...quickly(queue, 1), "-n", "2", "--dead-letter", `:${dead}`, "--", "false"]);
    const { stdout } = await con(["-q", dead, "-n", "1", "--format", "json"]);
    expect(await pub(["--json", "--to-origin", "--quiet"], { stdin: stdout })).toMatchObject({
      code: 0,
    });
    expect(await takeBodies(origin)).toEqual(["x"]);
  });

  test("goes back to where it first died from a queue of dead letters where it was tried again", async () => {
    const graveyard = await createExchange("fanout");
    const dead = await createQueue();
    await withChannel((channel) => channel.bindQueue(dead, graveyard, ""));
    const origin = await createQueue(["x"], { deadLetterExchange: graveyard });
    await con(["-q", origin, "--reject", "-n", "1", "--format", "none"]);
    await untilQueue(dead, { messages: 1 });
    await con([...quickly(dead, 1), "-n", "1", "--", "false"]);
    await untilQueue(dead, { messages: 1 });
    const { stdout } = await con(["-q", dead, "-n", "1", "--format", "json"]);
    const resent = await pub(["--json", "--to-origin", "--quiet"], { stdin: stdout });
    expect(resent).toMatchObject({ code: 0 });
    expect(await takeBodies(origin)).toEqual(["x"]);
  });

  test("goes back to where it first died by two queues, the first of which had tried it again", async () => {
    const dead = await createQueue();
    const next = await createQueue();
    const options = { deadLetterExchange: "", deadLetterRoutingKey: next };
    const origin = await createQueue([], options);
    const exchange = await bindExchange(origin, "a.b");
    await publish(exchange, "a.b", {});
    await con([...quickly(origin, 1), "-n", "2", "--", "false"]);
    await untilQueue(next, { messages: 1 });
    await con(["-q", next, "-n", "1", "--dead-letter", `:${dead}`, "--", "false"]);
    const { stdout } = await con(["-q", dead, "-n", "1", "--format", "json"]);
    const resent = await pub(["--json", "--to-origin", "--quiet"], { stdin: stdout });
    expect(resent).toMatchObject({ code: 0 });
    expect((await takeOnly(origin)).fields).toMatchObject({ exchange, routingKey: "a.b" });
  });

  test("is as it came for --where, the next handler and --forward", async () => {
    const [queue, next] = [await createQueue(), await createQueue()];
    const options = { deadLetterExchange: "", deadLetterRoutingKey: queue };
    const origin = await createQueue([], options);
    const headers = { CC: ["nowhere"] };
    await put(queue, { body: "job", persistent: false, expiration: "60000", headers });
    await put(origin, { body: "died", persistent: true });
    await con(["-q", origin, "--reject", "-n", "1", "--format", "none"]);
    await untilQueue(queue, { messages: 2 });
    const where = `"CC" in headers && properties.deliveryMode == 1 || "x-first-death-queue" in headers && headers["x-first-death-queue"] == "${origin}"`;
    const tell =
      'echo "$AMQP_ATTEMPT $AMQP_DELIVERY_MODE $AMQP_EXPIRATION $AMQP_HEADER_CC $AMQP_HEADER_X_FIRST_DEATH_QUEUE"; exit 75';
    const words = [...quickly(queue, 2), "--where", where, "--on-mismatch", "ack"];
    const { code, stdout } = await con([...words, "-n", "4", "--jobs", "1", "--shell", tell]);
    expect(code).toBe(0);
    const job = '1 60000 ["nowhere"] ';
    const lines = [1, 2].flatMap((n) => [`${n} ${job}`, `${n} 2   ${origin}`]);
    expect(stdout.split("\n").toSorted()).toEqual(["", ...lines].toSorted());
    await untilQueue(queue, { messages: 2 });
    await con(["-q", queue, "--forward", `:${next}`, "-n", "2"]);
    const forwarded = new Map(
      (await takeAll(next)).map(({ content, properties: got }) => [content.toString(), got]),
    );
    expect(forwarded.get("job")).toMatchObject({ deliveryMode: 1, expiration: "60000" });
    expect(forwarded.get("job")?.headers).toEqual({ "x-original-cc": ["nowhere"] });
    const { "x-death": deaths, ...notes } = forwarded.get("died")?.headers ?? {};
    expect(deaths).toMatchObject([{ queue: origin, reason: "rejected" }]);
    expect(notes).toMatchObject({ "x-first-death-queue": origin });
  });
});
