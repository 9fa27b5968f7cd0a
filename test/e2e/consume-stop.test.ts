// How amqp-con ends before its time: signals, and queues that go away under it.
import { describe, expect, test } from "vitest";
import { consumeOk, deliver, qosOk } from "../support/amqp-answer.ts";
import { con, startCon } from "../support/binaries.ts";
import { misbehave } from "../support/misbehave.ts";
import { openChannel, whenever, type Script } from "../support/misbehave-script.ts";
import { pty } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { play } from "../support/transcript.ts";
import { createQueue, put, untilQueue, withChannel } from "../support/witness.ts";

const MANY_BYTES = "x".repeat(4_194_304);

/** A consumer that has begun to write and cannot finish: nobody reads on. */
async function stuckConsumer(...args: readonly string[]) {
  const queue = await createQueue([MANY_BYTES, MANY_BYTES]);
  const consumer = startCon(["-q", queue, ...args]);
  await consumer.waitForPrompt("stdout", /^Received: x/);
  consumer.pause("stdout");
  return { queue, consumer };
}

test("--timeout counts from the start, also while there is no broker", async () => {
  const words = ["-u", "amqp://127.0.0.1:1", "-q", "x", "--wait", "100", "--timeout", "0.2"];
  const { code, stderr } = await con(words);
  const waiting = "nobody listens on 127.0.0.1:1; trying again for 100 s\n";
  const told = `${waiting}Stopping: --timeout 0.2 has passed\n`;
  expect({ code, stderr }).toEqual({ code: 124, stderr: told });
});

describe("--idle-timeout, when nothing was received,", () => {
  test("brings exit code 8 when it ended the run", async () => {
    const { code, stderr } = await con(["-q", await createQueue(), "--idle-timeout", "0.1"]);
    const told = "Stopping: nothing has arrived for 0.1 s (--idle-timeout)\n";
    expect({ code, stderr }).toEqual({ code: 8, stderr: told });
  });

  test("brings none when another rule did", async () => {
    const words = ["-q", await createQueue(), "--idle-timeout", "60", "--until-empty"];
    const { code, stderr } = await con(words);
    const told = "Stopping: the queue is empty (--until-empty)\n";
    expect({ code, stderr }).toEqual({ code: 0, stderr: told });
  });

  test("brings none when a signal did", async () => {
    const queue = await createQueue();
    const consumer = startCon(["-q", queue, "--idle-timeout", "60"]);
    await untilQueue(queue, { consumers: 1 });
    consumer.kill("SIGTERM");
    expect(await consumer.ended()).toMatchObject({ code: 0, stderr: "Stopped\n" });
  });
});

test("what waits for its turn is not shown after its queue has gone", async () => {
  const queue = await createQueue(["1", "2", "3", "4", "5", "6"]);
  const consumer = startCon(["-q", queue, "--rate", "5", "--format", "body"]);
  await consumer.waitForLines("stdout", 2);
  await withChannel((channel) => channel.deleteQueue(queue));
  const { code, stdout } = await consumer.ended();
  expect(code).toBe(4);
  expect(stdout).not.toContain("6");
});

test("a terminal that is closed ends it as any signal does", async () => {
  const queue = await createQueue();
  const env = { AMQP_URL: sharedBroker().url };
  const consumer = pty("amqp-con", ["-q", queue], { env, on: "stdout" });
  await untilQueue(queue, { consumers: 1 });
  // Not the consumer: its terminal.
  consumer.kill("SIGKILL");
  expect(await consumer.ended()).toMatchObject({ stderr: "Stopped\n" });
});

describe("the first signal", () => {
  test.each<NodeJS.Signals>(["SIGINT", "SIGTERM"])(
    "%s lets it finish what it has in hand",
    async (signal) => {
      const { queue, consumer } = await stuckConsumer();
      consumer.kill(signal);
      await untilQueue(queue, { consumers: 0 });
      consumer.resume("stdout");
      const { code, stdout, stderr } = await consumer.ended();
      expect({ code, stderr }).toEqual({ code: 0, stderr: "Stopped\n" });
      const written = stdout.split("\n").slice(0, -1);
      expect(new Set(written)).toEqual(new Set([`Received: ${MANY_BYTES}`]));
      await untilQueue(queue, { messages: 2 - written.length });
    },
  );

  test("lets it try for --grace only, and the rest is in the queue again", async () => {
    const { queue, consumer } = await stuckConsumer("--grace", "300ms");
    consumer.kill("SIGTERM");
    await consumer.waitFor("stderr", "Stopped");
    await untilQueue(queue, { messages: 2, consumers: 0 });
    consumer.resume("stdout");
    expect(await consumer.ended()).toMatchObject({ code: 0, stderr: "Stopped\n" });
  });

  test("decides, though --timeout passes before the end of --grace", async () => {
    const { consumer } = await stuckConsumer("--timeout", "3", "--grace", "3");
    consumer.kill("SIGTERM");
    await consumer.waitFor("stderr", "Stopped");
    consumer.resume("stdout");
    expect(await consumer.ended()).toMatchObject({ code: 0, stderr: "Stopped\n" });
  });

  test("changes nothing in the last moment of a run that is over", async () => {
    // SIGTERM again and again, from the end of the program until its process is gone.
    const hail = `
      import { spawnSync } from "node:child_process";
      const script = "kill -TERM $0; while kill -TERM $0; do :; done &";
      process.on("exit", () => spawnSync("sh", ["-c", script, process.pid], { stdio: "ignore" }));`;
    const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(hail)}` };
    const queue = await createQueue(["1"]);
    const { code, stderr } = await con(["-q", queue, "--until-empty"], { env });
    const told = "Stopping: the queue is empty (--until-empty)\n";
    expect({ code, stderr }).toEqual({ code: 0, stderr: told });
  });

  test("that ends an outage says that the last acknowledgements may be lost with the connection", async () => {
    const subscribed: Script = [
      ...openChannel(),
      whenever("basic.qos", qosOk()),
      "basic.consume",
      Buffer.concat([consumeOk("tag"), deliver("tag", 1, { body: "x" })]),
      "basic.ack",
      "rst",
    ];
    const server = await misbehave((connection) => (connection === 1 ? subscribed : []));
    const consumer = startCon(["-u", server.url, "-q", "q"]);
    await server.until("the second try", ({ connections }) => connections === 2);
    consumer.kill("SIGTERM");
    const { code, stdout, stderr } = await consumer.ended();
    expect({ code, stdout }).toEqual({ code: 0, stdout: "Received: x\n" });
    expect(stderr.split("\n").slice(1)).toEqual([
      "WARNING: the broker did not answer the end of the run: messages acknowledged last may come again.",
      "Stopped",
      "",
    ]);
  });

  test("ends a run that is still waiting for its broker", async () => {
    const server = await misbehave(["header", "rst"]);
    const consumer = startCon(["-q", "q", "--wait", "60", "-u", server.url]);
    await server.until("another try", ({ connections }) => connections > 1);
    consumer.kill("SIGINT");
    const address = `127.0.0.1:${server.port}`;
    expect(await consumer.ended()).toMatchObject({
      code: 3,
      stdout: "",
      stderr: `${address} closed the connection during the handshake; trying again for 60 s\nStopped\nERROR: stopped before ${address} answered\n`,
    });
  });
});

describe("the second signal", () => {
  test.each<[NodeJS.Signals, number]>([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ])(
    "%s ends it at once with %i, and what it had in hand is in the queue again",
    async (signal, code) => {
      const { queue, consumer } = await stuckConsumer();
      consumer.kill(signal);
      await untilQueue(queue, { consumers: 0 });
      // One that comes too soon after the first is an echo of it.
      const again = setInterval(() => consumer.kill(signal), 20);
      await untilQueue(queue, { messages: 2 });
      clearInterval(again);
      consumer.resume("stdout");
      expect(await consumer.ended()).toMatchObject({ code, stderr: "" });
    },
  );
});

describe("a queue that is deleted", () => {
  test("ends its consumer with the reason", async () => {
    const queue = await createQueue(["Hello"]);
    const consumer = startCon(["-q", queue]);
    await consumer.waitFor("stdout", "Received: Hello");
    await withChannel((channel) => channel.deleteQueue(queue));
    expect(await consumer.ended()).toMatchObject({
      code: 4,
      stdout: "Received: Hello\n",
      stderr: [
        `WARNING: the broker cancelled the subscription to queue "${queue}"; reconnecting`,
        `ERROR:  (404, "NOT_FOUND - no queue '${queue}' in vhost '/'")`,
        "hint: declare the queue with -Q, or start the side that declares it first",
        "",
      ].join("\n"),
    });
  });

  test("is declared again by a consumer with -Q, which goes on", async () => {
    const queue = await createQueue(["one"]);
    const consumer = startCon(["-q", queue, "-Q", "--durable-queue", "--nad-queue", "-n", "2"]);
    await consumer.waitFor("stdout", "Received: one");
    await withChannel((channel) => channel.deleteQueue(queue));
    await consumer.waitFor("stderr", "connected again");
    await put(queue, "two");
    const { code, stdout, stderr } = await consumer.ended();
    expect({ code, stdout }).toEqual({ code: 0, stdout: "Received: one\nReceived: two\n" });
    expect(stderr.split("\n").slice(0, 2)).toEqual([
      `Created queue: ${queue}`,
      `WARNING: the broker cancelled the subscription to queue "${queue}"; reconnecting`,
    ]);
  });

  test("an auto-delete queue goes with its last consumer", async () => {
    await play(
      `
      $ amqp-con -q hello -Q --get
      ! Created queue: hello
      ! Stopping: the queue is empty (--get)
      = 8
      con $ amqp-con -q hello -Q
      con ! Created queue: hello
      until hello has 1 consumer
      con ^ SIGTERM
      con ! Stopped
      con = 0
      $ amqp-con -q hello
      ! ERROR:  (404, "NOT_FOUND - no queue 'hello' in vhost '/'")
      ! hint: declare the queue with -Q, or start the side that declares it first
      = 4
      `,
      { names: ["hello"] },
    );
  });
});
