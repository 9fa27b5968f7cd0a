// A broker that crashes and comes back: both binaries go on where they were, and say what happened.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBroker, type OwnBroker } from "../support/broker.ts";
import type { FaultProxy } from "../support/fault-proxy.ts";
import { brief } from "../support/name.ts";
import { proxied } from "../support/proxied.ts";
import { longSleep, processesWith } from "../support/processes.ts";
import { run, runToEnd, type RunOptions } from "../support/run.ts";
import { createQueue, put, takeBodies, untilQueue, withChannel } from "../support/witness.ts";
import { con, startCon, startPub } from "../support/binaries.ts";

/** The line that tells of a loss: whether reading or writing meets the reset first is the kernel's choice. */
function lost({ port }: FaultProxy): string {
  return `WARNING: the connection to 127.0.0.1:${port} was lost: (read|write) ECONNRESET; reconnecting\\n`;
}

describe("a connection that is lost", () => {
  test("is replaced by the consumer, which receives what comes after", async () => {
    const queue = await createQueue(["before"]);
    const { proxy, env } = await proxied();
    const consumer = startCon(["-q", queue], { env });
    await consumer.waitFor("stdout", "Received: before");
    proxy.cut();
    await put(queue, "after");
    await consumer.waitFor("stdout", "Received: after");
    consumer.kill("SIGTERM");
    const { code, stdout, stderr } = await consumer.ended();
    // What was cut off between the line and its acknowledgement comes twice.
    expect(stdout).toMatch(/^(Received: before\n){1,2}Received: after\n$/);
    expect(stderr).toMatch(
      new RegExp(`^${lost(proxy)}connected again to 127.0.0.1:${proxy.port}\\nStopped\\n$`),
    );
    expect(code).toBe(0);
  });

  test("takes along acknowledgements that were not sent: they are not counted", async () => {
    const queue = await createQueue(["1", "2", "3"]);
    const { proxy, env } = await proxied();
    const words = ["--ack-every", "100", "--prefetch", "200", "--rate", "50", "--max-outage", "0"];
    const summary = ["--summary", "json"];
    const consumer = startCon(["-q", queue, ...words, ...summary], { env });
    await consumer.waitForLines("stdout", 3);
    proxy.cut();
    const { code, stderr } = await consumer.ended();
    const account = JSON.parse(/^\{.*$/m.exec(stderr)?.[0] ?? "{}");
    expect({ code, account }).toMatchObject({ code: 3, account: { received: 3 } });
    const { acked, left } = account;
    // Within a tenth of a second they are sent without company.
    expect([acked, left]).toEqual(acked === 0 ? [0, 3] : [3, 0]);
    await untilQueue(queue, { messages: left });
  });

  test("takes along the message that is worked on: that counts when it is done again", async () => {
    const queue = await createQueue(["1"]);
    const { proxy, env } = await proxied();
    const words = ["-q", queue, "-n", "2", "--work", "0.5", "--summary", "text"];
    const consumer = startCon(words, { env });
    await consumer.waitFor("stdout", "Received: 1");
    proxy.cut();
    const { code, stdout, stderr } = await consumer.ended();
    expect({ code, stdout }).toEqual({ code: 0, stdout: "Received: 1\nReceived: 1\n" });
    expect(stderr).toContain("received 2 = acked 1 + requeued 0 + rejected 0 + left 1");
  });

  test("does not make --idle-timeout take the outage for quiet", async () => {
    const queue = await createQueue();
    const { proxy, env } = await proxied();
    const words = ["-q", queue, "--idle-timeout", "0.5", "--format", "body"];
    const consumer = startCon(words, { env });
    await untilQueue(queue, { consumers: 1 });
    await proxy.refuse();
    proxy.cut();
    await consumer.waitFor("stderr", /was lost/);
    await put(queue, "1");
    // As long as that, for somebody else.
    await con(["-q", await createQueue(), "--idle-timeout", "0.6"]);
    await proxy.reopen();
    expect(await consumer.ended()).toMatchObject({ code: 0, stdout: "1\n" });
  });

  test("is not followed by a subscription when the run is over", async () => {
    const queue = await createQueue(["1", "2"]);
    const { proxy, env } = await proxied();
    const handler = ["--prefetch", "2", "--shell", "cat; echo; sleep 1"];
    const worker = startCon(["-q", queue, ...handler], { env });
    await untilQueue(queue, { messages: 0, consumers: 1 });
    worker.kill("SIGTERM");
    await untilQueue(queue, { consumers: 0 });
    proxy.cut();
    await untilQueue(queue, { messages: 2, consumers: 0 });
    expect(await worker.ended()).toMatchObject({ code: 0 });
    expect(await takeBodies(queue)).toEqual(["1", "2"]);
  });

  test("is replaced by the publisher, and every line arrives", async () => {
    const queue = await createQueue();
    const { proxy, env } = await proxied();
    const publisher = startPub(["-k", queue, "-l", "--confirm"], { env, stdin: "open" });
    await publisher.write("1\n");
    await publisher.waitFor("stdout", "Sent: 1");
    proxy.cut();
    await publisher.write("2\n3\n");
    await publisher.waitFor("stdout", "Sent: 3");
    publisher.end();
    const { code, stdout, stderr } = await publisher.ended();
    expect({ code, stdout }).toEqual({ code: 0, stdout: "Sent: 1\nSent: 2\nSent: 3\n" });
    expect(stderr).toMatch(
      new RegExp(`^${lost(proxy)}connected again to 127.0.0.1:${proxy.port}\\n$`),
    );
    expect(await takeBodies(queue)).toEqual(["1", "2", "3"]);
  });

  test("again and again: what reached a queue and what did not is told apart all the same", async () => {
    const queue = await createQueue();
    const { proxy, env } = await proxied();
    const keys = [queue, brief("nowhere")];
    const lines = Array.from({ length: 4000 }, (_, i) => `${keys[i % 2]}:${i}\n`);
    const flags = [
      "-l",
      "--key-delimiter",
      ":",
      "--confirm",
      "--mandatory",
      "--confirm-window",
      "300",
    ];
    const publisher = startPub([...flags, "--summary", "text"], { env, stdin: "open" });
    for (const part of [0, 1, 2]) {
      await publisher.write(lines.slice(1000 * part, 1000 * (part + 1)).join(""));
      // At least a part of this part: the connection lives again.
      await publisher.waitForLines("stdout", 500 * part + 100, 30_000);
      proxy.cut();
    }
    publisher.end(lines.slice(3000).join(""));
    const { code, stdout, stderr } = await publisher.ended(30_000);
    expect(stderr).toMatch(
      /read 4000 = confirmed 2000 \+ returned 2000 \+ nacked 0 \+ unconfirmed 0/,
    );
    expect(stderr.match(/; reconnecting$/gm)).toHaveLength(3);
    expect(stderr.match(/^Returned: 312 NO_ROUTE/gm)).toHaveLength(2000);
    expect(stdout.match(/^Sent: \d*[02468]$/gm)).toHaveLength(2000);
    expect(new Set(await takeBodies(queue)).size).toBe(2000);
    expect(code).toBe(5);
  });

  test("is not made good while the broker refuses: the reason is told, once", async () => {
    const queue = await createQueue();
    const { proxy, env } = await proxied();
    const declaring = ["-Q", "--durable-queue", "--nad-queue", "--max-outage", "forever"];
    const consumer = startCon(["-q", queue, ...declaring], { env });
    await untilQueue(queue, { consumers: 1 });
    await proxy.refuse();
    proxy.cut();
    await consumer.waitFor("stderr", "; reconnecting");
    await withChannel(async (channel) => {
      await channel.deleteQueue(queue);
      await channel.assertQueue(queue, { exclusive: true });
      await proxy.reopen();
      await consumer.waitFor("stderr", "RESOURCE_LOCKED");
      await channel.deleteQueue(queue);
    });
    await consumer.waitFor("stderr", "connected again");
    consumer.kill("SIGTERM");
    const { code, stderr } = await consumer.ended();
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /; reconnecting\nWARNING: \(405, "RESOURCE_LOCKED [^\n]+"\); trying again\nconnected again to [^\n]+\nStopped\n$/,
    );
  });

  test("makes no failure of a handler that fails after it: the message is handled again", async () => {
    const queue = await createQueue(["x"]);
    const { proxy, env } = await proxied();
    const nap = longSleep();
    const script = `[ "$AMQP_REDELIVERED" = true ] && exit 0; echo began >&2; exec ${nap}`;
    const words = ["-q", queue, "--until-empty", "--summary", "text", "--shell", script];
    const worker = startCon(words, { env });
    await worker.waitFor("stderr", "began");
    proxy.cut();
    await worker.waitFor("stderr", "connected again");
    const running = (await processesWith(nap)).filter(({ command }) => command === nap);
    for (const { pid } of running) process.kill(pid, "SIGKILL");
    const { code, stderr } = await worker.ended();
    expect(stderr).toContain(
      "WARNING: handler: signal SIGKILL; the broker has taken its message back meanwhile\n",
    );
    expect(stderr).toContain("received 2 = acked 1 + requeued 0 + rejected 0 + left 1");
    expect(code).toBe(0);
  });

  test("is exit code 3 when the broker stays away longer than --max-outage", async () => {
    const queue = await createQueue(["before"]);
    const { proxy, env } = await proxied();
    const consumer = startCon(["-q", queue, "--max-outage", "300ms"], { env });
    await consumer.waitFor("stdout", "Received: before");
    await proxy.refuse();
    proxy.cut();
    const { code, stdout, stderr } = await consumer.ended();
    expect({ code, stdout }).toEqual({ code: 3, stdout: "Received: before\n" });
    const away = `ERROR: the broker was away longer than --max-outage 0.3: nobody listens on 127.0.0.1:${proxy.port}`;
    expect(stderr).toMatch(new RegExp(`^${lost(proxy)}${away}\\nhint: [^\\n]+\\n$`));
  });
});

describe("a broker that crashes and starts again", () => {
  let broker: OwnBroker;
  beforeAll(async () => {
    broker = await startBroker();
  });
  afterAll(() => broker.stop());

  test("is found again by a consumer and by a publisher with --confirm: what was confirmed is received", async () => {
    const options: RunOptions = { env: { AMQP_URL: broker.url } };
    const topology = ["-q", "tasks", "-Q", "--durable-queue", "--nad-queue"];
    const consumer = run("amqp-con", topology, options);
    await consumer.waitFor("stderr", "Created queue: tasks");
    const publisher = run("amqp-pub", ["-k", "tasks", "-l", "--confirm", "--persistent"], {
      ...options,
      stdin: "open",
    });
    await publisher.write("1\n");
    await consumer.waitFor("stdout", "Received: 1");
    await publisher.waitFor("stdout", "Sent: 1");
    await broker.kill9();
    await publisher.write("2\n");
    await broker.restart();
    await publisher.waitFor("stdout", "Sent: 2", 30_000);
    await consumer.waitFor("stdout", "Received: 2", 30_000);
    await publisher.write("3\n");
    await consumer.waitFor("stdout", "Received: 3");
    publisher.end();
    expect(await publisher.ended()).toMatchObject({
      code: 0,
      stdout: "Sent: 1\nSent: 2\nSent: 3\n",
    });
    consumer.kill("SIGTERM");
    const { code, stdout, stderr } = await consumer.ended();
    expect(code).toBe(0);
    // What the crash caught between delivery and acknowledgement may come twice; nothing may be missing.
    expect(new Set(stdout.trimEnd().split("\n"))).toEqual(
      new Set(["Received: 1", "Received: 2", "Received: 3"]),
    );
    expect(stderr).toMatch(
      /^Created queue: tasks\nWARNING: [^\n]+; reconnecting\nconnected again to 127\.0\.0\.1:\d+\nStopped\n$/,
    );
    expect(await runToEnd("amqp-con", ["-q", "tasks", "--get"], options)).toMatchObject({
      code: 8,
    });
  });
});
