// RabbitMQ 4.3 and later may deny queues that are neither durable nor exclusive, which is what -Q declares, as in the
// sample: the whole connection is closed with 541. The tutorials go on all the same, with a queue that is durable.
import { describe, expect, test } from "vitest";
import {
  cancelOk,
  consumeOk,
  channelOpenOk,
  deliver,
  qosOk,
  queueDeclareOk,
} from "../support/amqp-answer.ts";
import { close } from "../support/amqp-frame.ts";
import { misbehave } from "../support/misbehave.ts";
import { goodbye, handshake, whenever, type Script } from "../support/misbehave-script.ts";
import { runToEnd } from "../support/run.ts";
import { play } from "../support/transcript.ts";
import { brief } from "../support/name.ts";
import { deniesTransientQueues, forgetAtEnd, withChannel } from "../support/witness.ts";

// The words of RabbitMQ 4.3.
const DENIED =
  "INTERNAL_ERROR - Feature `transient_nonexcl_queues` is deprecated.\nBy default, this feature is not permitted anymore.";

const denying: Script = [
  ...handshake(),
  whenever("channel.open", channelOpenOk()),
  "queue.declare",
  close(541, DENIED),
  "close-ok",
  "fin",
];
const permitting: Script = [
  ...handshake(),
  whenever("channel.open", channelOpenOk()),
  whenever("queue.declare", queueDeclareOk("hello")),
  whenever("basic.qos", qosOk()),
  whenever("basic.consume", consumeOk("tag")),
  whenever("basic.cancel", cancelOk("tag")),
  ...goodbye(),
  "basic.consume",
  deliver("tag", 1, { body: "Hello World!" }),
];

describe("a broker that denies transient queues", () => {
  test("gets a durable auto-delete queue instead, and a line says so", async () => {
    const server = await misbehave((connection) => (connection === 1 ? denying : permitting));
    const exit = await runToEnd("amqp-con", ["-u", server.url, "-q", "hello", "-Q", "-n", "1"]);
    expect(exit).toMatchObject({
      code: 0,
      stdout: "Received: Hello World!\n",
      stderr:
        "this broker denies transient queues that are not exclusive: declaring hello as durable and auto-delete instead\nCreated queue: hello\nStopping: --count 1 reached\n",
    });
    const declared = server
      .received(2)
      .filter(({ name }) => name === "queue.declare")
      .map(({ payload }) => payload.at(4 + 2 + 1 + "hello".length));
    expect(declared, "bits: durable 2, auto-delete 8").toEqual([2 + 8]);
  });

  test("is not asked for another queue when the first is durable: its 541 is the user's to read", async () => {
    const server = await misbehave(denying);
    const exit = await runToEnd("amqp-con", [
      "-u",
      server.url,
      "-q",
      "hello",
      "-Q",
      "--durable-queue",
    ]);
    expect(exit).toMatchObject({
      code: 4,
      stdout: "",
      stderr: [
        `ERROR:  (541, "${DENIED.replace("\n", "\\n")}")`,
        "hint: the broker denies a deprecated feature; use --durable-queue or --exclusive",
        "",
      ].join("\n"),
    });
    expect(server.connections).toBe(1);
  });
});

describe("the broker of this run", async () => {
  const isDenied = await deniesTransientQueues();

  test.runIf(isDenied)(
    "denies them, and consumer and publisher meet at a durable one",
    async () => {
      await play(
        `
      pub $ amqp-pub -q hello -Q -k hello -m 'Hello World!'
      pub ! this broker denies transient queues that are not exclusive: declaring hello as durable and auto-delete instead
      pub ! Created queue: hello
      pub > Sent: Hello World!
      pub = 0
      con $ amqp-con -q hello -Q
      con ! this broker denies transient queues that are not exclusive: declaring hello as durable and auto-delete instead
      con ! Created queue: hello
      con > Received: Hello World!
      con ^ SIGINT
      con ! Stopped
      con = 0
      # It was auto-delete: it went with its consumer.
      con $ amqp-con -q hello -Q --passive
      con ! ERROR:  (404, "NOT_FOUND - no queue 'hello' in vhost '/'")
      con ! hint: --passive only looks: leave it out to declare it, or start the side that declares it first
      con = 4
      `,
        { names: ["hello"] },
      );
    },
  );

  test.runIf(!isDenied)("permits them, and none is made durable", async () => {
    const queue = brief("hello");
    await play(
      `
      $ amqp-pub -q hello -Q
      ! Created queue: hello
      > Sent:␣
      = 0
      `,
      { words: { hello: queue } },
    );
    forgetAtEnd(queue);
    const same = { durable: false, autoDelete: true };
    await expect(withChannel((channel) => channel.assertQueue(queue, same))).resolves.toMatchObject(
      { queue },
    );
  });
});
