// Declaring, counting, purging and unbinding without messages, on a real broker: texts to the letter, refusals with their
// way out. Deleting: delete.test.ts.
import { describe, expect, test } from "vitest";
import { unique } from "../support/name.ts";
import { runToEnd } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { play } from "../support/transcript.ts";
import {
  createExchange,
  createQueue,
  forgetAtEnd,
  takeBodies,
  withChannel,
} from "../support/witness.ts";

const env = () => ({ AMQP_URL: sharedBroker().url });

describe("--declare-only", () => {
  test("declares and binds like a run, and exits without a message", async () => {
    await play(
      `
      $ amqp-con -q tasks -Q --durable-queue --nad-queue -e logs -E -t topic --nad-exchange --bind-queue -k a -k b.# --declare-only
      ! Created exchange: logs
      ! Created queue: tasks
      ! Bound Queue [tasks] to Exchange [logs] a
      ! Bound Queue [tasks] to Exchange [logs] b.#
      = 0
      $ amqp-pub -e logs -k b.c -m 'Hello World!' --mandatory --confirm
      > Sent: Hello World!
      = 0
      until tasks has 1 message
      `,
      { names: ["tasks", "logs"] },
    );
  });

  test("with --passive finds what exists, and creates nothing", async () => {
    const [queue, exchange] = [await createQueue(), await createExchange("fanout")];
    await play(
      `
      $ amqp-pub -q tasks -Q -e logs -E --passive --declare-only
      ! Found exchange: logs
      ! Found queue: tasks
      = 0
      $ amqp-pub -q nothing -Q --passive --declare-only
      ! ERROR:  (404, "NOT_FOUND - no queue 'nothing' in vhost '/'")
      ! hint: --passive only looks: leave it out to declare it, or start the side that declares it first
      = 4
      $ amqp-con -e nothing -E --passive --declare-only
      ! ERROR:  (404, "NOT_FOUND - no exchange 'nothing' in vhost '/'")
      ! hint: --passive only looks: leave it out to declare it, or start the side that declares it first
      = 4
      `,
      { names: ["nothing"], words: { tasks: queue, logs: exchange } },
    );
  });
});

describe("--depth", () => {
  test("counts messages and consumers, as text or as a line of JSON on stdout", async () => {
    const tasks = await createQueue(["one"]);
    await play(
      `
      $ amqp-con -q tasks --depth
      > tasks: 1 message, 0 consumers
      = 0
      $ amqp-pub -q tasks --depth=json
      > {"queue":"tasks","messages":1,"consumers":0}
      = 0
      one $ amqp-con -q tasks
      one > Received: one
      until tasks has 0 messages
      until tasks has 1 consumer
      two $ amqp-con -q tasks --depth
      two > tasks: 0 messages, 1 consumer
      two = 0
      one ^ SIGTERM
      one ! Stopped
      one = 0
      `,
      { words: { tasks } },
    );
  });

  test("of a queue just declared tells the name that the broker chose", async () => {
    const args = ["-Q", "--exclusive", "--depth=json"];
    const { code, stdout, stderr } = await runToEnd("amqp-con", args, { env: env() });
    expect(stdout).toMatch(/^\{"queue":"amq\.gen-[\w-]+","messages":0,"consumers":0\}\n$/);
    expect(stderr).toMatch(/^Created queue: amq\.gen-[\w-]+\n$/);
    expect(code).toBe(0);
  });

  test("shows a hostile name escaped", async () => {
    const name = `${unique("evil")}\u001b[31m`;
    forgetAtEnd(name);
    const args = ["-q", name, "-Q", "--depth"];
    const { code, stdout, stderr } = await runToEnd("amqp-con", args, { env: env() });
    const shown = name.replace("\u001b", String.raw`\x1b`);
    expect(stdout).toBe(`${shown}: 0 messages, 0 consumers\n`);
    expect(stderr).toContain(`Created queue: ${shown}\n`);
    expect(code).toBe(0);
  });
});

describe("--purge", () => {
  test("removes the messages, and says how many there were", async () => {
    const tasks = await createQueue(["one", "two", "three"]);
    await play(
      `
      $ amqp-con -q tasks --purge
      ! Purged queue: tasks (3 messages)
      = 0
      until tasks has 0 messages
      $ amqp-pub -q tasks --purge --depth
      ! Purged queue: tasks (0 messages)
      > tasks: 0 messages, 0 consumers
      = 0
      `,
      { words: { tasks } },
    );
  });

  test("of a missing queue is refused, and of a stream too", async () => {
    const events = await createQueue([], { arguments: { "x-queue-type": "stream" } });
    await play(
      `
      $ amqp-con -q nothing --purge
      ! ERROR:  (404, "NOT_FOUND - no queue 'nothing' in vhost '/'")
      ! hint: check its name and --vhost; perhaps it was deleted already
      = 4
      $ amqp-con -q events --purge
      ! ERROR:  (540, "NOT_IMPLEMENTED - queue.purge not supported by stream queues queue 'events' in vhost '/'")
      ! hint: a stream cannot be purged: delete the queue and declare it again
      = 4
      `,
      { names: ["nothing"], words: { events } },
    );
  });
});

describe("--unbind", () => {
  test("takes away the bindings that the same flags have made, and no other", async () => {
    const [tasks, logs] = [await createQueue(), await createExchange("topic")];
    await play(
      `
      $ amqp-con -q tasks -e logs --bind-queue -k a -k b -k c --declare-only
      ! Bound Queue [tasks] to Exchange [logs] a
      ! Bound Queue [tasks] to Exchange [logs] b
      ! Bound Queue [tasks] to Exchange [logs] c
      = 0
      $ amqp-con -q tasks -e logs --unbind -k a -k b
      ! Unbound Queue [tasks] from Exchange [logs] a
      ! Unbound Queue [tasks] from Exchange [logs] b
      = 0
      `,
      { words: { tasks, logs } },
    );
    await publishTo(logs, "a", "b", "c");
    expect(await takeBodies(tasks)).toEqual(["c"]);
  });

  test("finds a binding of a headers exchange by its headers", async () => {
    const [tasks, all] = [await createQueue(), await createExchange("headers")];
    const words = { tasks, all };
    await play(
      `
      $ amqp-pub -q tasks -e all --bind-queue --bind-header n:int=5 --match any --declare-only
      ! Bound Queue [tasks] to Exchange [all]␣
      = 0
      $ amqp-pub -q tasks -e all --unbind --bind-header n:int=5 --match any
      ! Unbound Queue [tasks] from Exchange [all]␣
      = 0
      $ amqp-pub -e all -H n:int=5 -m x --mandatory
      > Sent: x
      ! Returned: 312 NO_ROUTE (exchange "all", key "")
      ! Account: read 1 = confirmed 0 + returned 1 + nacked 0 + unconfirmed 0
      = 5
      `,
      { words },
    );
  });

  test("unbinds exchanges from each other", async () => {
    const words = { one: await createExchange("fanout"), two: await createExchange("fanout") };
    await play(
      `
      $ amqp-pub -e two --bind-exchange one --declare-only
      ! Bound Exchange [two] to Exchange [one]␣
      = 0
      $ amqp-pub -e two --bind-exchange one --unbind
      ! Unbound Exchange [two] from Exchange [one]␣
      = 0
      $ amqp-con -e one --delete-exchange --if-unused
      ! Deleted exchange: one
      = 0
      `,
      { words },
    );
  });

  test("of what does not exist is refused, though the broker would not mind", async () => {
    await play(
      `
      $ amqp-pub -q tasks -e nothing --unbind -k a
      ! ERROR:  (404, "NOT_FOUND - no exchange 'nothing' in vhost '/'")
      ! hint: check its name and --vhost; perhaps it was deleted already
      = 4
      $ amqp-pub -q nothing -e amq.topic --unbind -k a
      ! ERROR:  (404, "NOT_FOUND - no queue 'nothing' in vhost '/'")
      ! hint: check its name and --vhost; perhaps it was deleted already
      = 4
      `,
      { names: ["nothing"], words: { tasks: await createQueue() } },
    );
  });
});

async function publishTo(exchange: string, ...keys: readonly string[]): Promise<void> {
  await withChannel(async (channel) => {
    for (const key of keys) channel.publish(exchange, key, Buffer.from(key));
  });
}
