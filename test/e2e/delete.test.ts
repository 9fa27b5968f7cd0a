// Deleting queues and exchanges on a real broker: what was lost is told, and conditions are kept, also for streams.
import { describe, expect, test } from "vitest";
import { run, runToEnd } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { play } from "../support/transcript.ts";
import {
  createExchange,
  createQueue,
  queueState,
  untilQueue,
  withChannel,
} from "../support/witness.ts";

const env = () => ({ AMQP_URL: sharedBroker().url });

describe("--delete-queue and --delete-exchange", () => {
  test("delete, and say what was lost", async () => {
    const words = {
      tasks: await createQueue(["one", "two"]),
      logs: await createExchange("fanout"),
    };
    await play(
      `
      $ amqp-con -q tasks -e logs --delete-exchange --delete-queue
      ! Deleted queue: tasks (2 messages)
      ! Deleted exchange: logs
      = 0
      $ amqp-con -q tasks --delete-queue
      ! ERROR:  (404, "NOT_FOUND - no queue 'tasks' in vhost '/'")
      ! hint: check its name and --vhost; perhaps it was deleted already
      = 4
      $ amqp-con -e logs --delete-exchange
      ! ERROR:  (404, "NOT_FOUND - no exchange 'logs' in vhost '/'")
      ! hint: check its name and --vhost; perhaps it was deleted already
      = 4
      `,
      { words },
    );
  });

  test("with --if-empty leave a queue that holds messages", async () => {
    const tasks = await createQueue(["one"]);
    await play(
      `
      $ amqp-con -q tasks --delete-queue --if-empty
      ! ERROR:  (406, "PRECONDITION_FAILED - queue 'tasks' in vhost '/' not empty")
      ! hint: empty it first with --purge, or leave out --if-empty
      = 4
      $ amqp-con -q tasks --purge --delete-queue --if-empty
      ! Purged queue: tasks (1 message)
      ! Deleted queue: tasks (0 messages)
      = 0
      `,
      { words: { tasks } },
    );
  });

  test("with --if-unused leave a queue that has a consumer, and its messages", async () => {
    const tasks = await createQueue();
    const consumer = run("amqp-con", ["-q", tasks], { env: env() });
    await untilQueue(tasks, { consumers: 1 });
    await play(
      `
      $ amqp-con -q tasks --delete-queue --if-unused
      ! ERROR:  (406, "PRECONDITION_FAILED - queue 'tasks' in vhost '/' in use")
      ! hint: it has consumers: stop them, or leave out --if-unused
      = 4
      `,
      { words: { tasks } },
    );
    expect(await queueState(tasks)).toEqual({ messages: 0, consumers: 1 });
    consumer.kill("SIGTERM");
    expect((await consumer.ended()).code).toBe(0);
  });

  test("with --if-unused leave an exchange that has bindings", async () => {
    const words = { tasks: await createQueue(), logs: await createExchange("fanout") };
    await withChannel((channel) => channel.bindQueue(words.tasks, words.logs, ""));
    await play(
      `
      $ amqp-con -e logs --delete-exchange --if-unused
      ! ERROR:  (406, "PRECONDITION_FAILED - exchange 'logs' in vhost '/' in use")
      ! hint: queues or exchanges are bound to it: unbind them, or leave out --if-unused
      = 4
      $ amqp-con -q tasks -e logs --unbind --delete-exchange --if-unused
      ! Unbound Queue [tasks] from Exchange [logs]␣
      ! Deleted exchange: logs
      = 0
      `,
      { words },
    );
  });

  test.each(["--if-empty", "--if-unused"])(
    "with %s leave a stream, which the broker would delete with all that it holds",
    async (condition) => {
      const options = { arguments: { "x-queue-type": "stream" } };
      const stream = await createQueue(["precious"], options);
      const args = ["-q", stream, "--delete-queue", condition];
      const { code, stdout, stderr } = await runToEnd("amqp-con", args, { env: env() });
      expect(stderr).toBe(
        `ERROR: queue "${stream}" is a stream: the broker would delete it whatever it holds and whoever reads it\n` +
          "hint: a stream is deleted only without --if-empty and --if-unused\n",
      );
      expect(stdout).toBe("");
      expect(code).toBe(4);
      // It is there; whether a stream's messages count as ready depends on the version.
      expect(await queueState(stream)).toMatchObject({ consumers: 0 });
    },
  );

  const quorum = { "x-queue-type": "quorum", "x-max-length": 9, "x-delivery-limit": 1 };
  test.each<[string, Record<string, unknown>, string]>([
    ["--if-empty", { "x-queue-type": "quorum" }, "(540, "],
    ["--if-empty", quorum, "(540, "],
    ["--if-unused", quorum, "(540, "],
    ["--if-unused", { ...quorum, "x-single-active-consumer": true }, "(540, "],
    ["--if-empty", { "x-max-length": 10 }, "not empty"],
  ])("with %s touch no message of a queue with %j", async (condition, args, reason) => {
    const queue = await createQueue(["one", "two"], { arguments: args });
    const deleting = ["-q", queue, "--delete-queue", condition];
    for (let i = 0; i < 2; i++) {
      const { code, stderr } = await runToEnd("amqp-con", deleting, { env: env() });
      expect(stderr).toContain(reason);
      expect(code).toBe(4);
    }
    // Of a single active consumer nobody can fetch.
    if (args["x-single-active-consumer"]) return;
    const first = await withChannel((channel) => channel.get(queue, { noAck: true }));
    expect(first && [first.content.toString(), first.fields.redelivered]).toEqual(["one", false]);
  });

  test("with --if-unused delete a queue that holds messages, whatever its arguments", async () => {
    const queue = await createQueue(["one"], { arguments: { "x-max-length": 10 } });
    const deleting = ["-q", queue, "--delete-queue", "--if-unused"];
    const { stderr } = await runToEnd("amqp-con", deleting, { env: env() });
    expect(stderr).toBe(`Deleted queue: ${queue} (1 message)\n`);
  });

  test("tell what was done before a refusal", async () => {
    const tasks = await createQueue(["one"]);
    await play(
      `
      $ amqp-con -q tasks -e nothing --purge --depth --delete-exchange
      ! Purged queue: tasks (1 message)
      > tasks: 0 messages, 0 consumers
      ! ERROR:  (404, "NOT_FOUND - no exchange 'nothing' in vhost '/'")
      ! hint: check its name and --vhost; perhaps it was deleted already
      = 4
      `,
      { names: ["nothing"], words: { tasks } },
    );
  });
});
