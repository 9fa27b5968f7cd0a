// "Work Queues" as the Python sample's README shows them. Only its pauses are shorter: --interval comes from the
// environment, and --lazy is one second instead of three.
import { describe, test } from "vitest";
import { play } from "../support/transcript.ts";

const cast = { names: ["task_queue"], env: { AMQP_INTERVAL: "0.15" } };

describe("two workers at one queue", () => {
  test("receive the messages in turn", async () => {
    await play(
      `
      one $ amqp-con -q task_queue -Q --durable-queue --nad-queue --prefetch 1
      one ! Created queue: task_queue
      until task_queue has 1 consumer
      two $ amqp-con -q task_queue -Q --durable-queue --nad-queue --prefetch 1
      two ! Created queue: task_queue
      until task_queue has 2 consumers
      pub $ amqp-pub -t direct -k task_queue --persistent --nb-messages 4 -m 'Hello!'
      pub > Sent: 1:Hello!
      pub > Sent: 2:Hello!
      pub > Sent: 3:Hello!
      pub > Sent: 4:Hello!
      pub = 0
      one > Received: 1:Hello!
      one > Received: 3:Hello!
      two > Received: 2:Hello!
      two > Received: 4:Hello!
      one ^ SIGINT
      one ! Stopped
      one = 0
      two ^ SIGINT
      two ! Stopped
      two = 0
      until task_queue has 0 messages
      `,
      cast,
    );
  });

  test("lose nothing when one dies at its work: the other receives what the dead one had not acknowledged", async () => {
    await play(
      `
      lazy $ amqp-con -q task_queue -Q --durable-queue --nad-queue --prefetch 1 --lazy 1
      lazy ! Created queue: task_queue
      until task_queue has 1 consumer
      sober $ amqp-con -q task_queue -Q --durable-queue --nad-queue --prefetch 1
      sober ! Created queue: task_queue
      until task_queue has 2 consumers
      pub $ amqp-pub -t direct -k task_queue --persistent --nb-messages 4 -m 'Hello!'
      pub > Sent: 1:Hello!
      pub > Sent: 2:Hello!
      pub > Sent: 3:Hello!
      pub > Sent: 4:Hello!
      pub = 0
      lazy > Received: 1:Hello!
      lazy = 0
      sober > Received: 2:Hello!
      sober > Received: 3:Hello!
      sober > Received: 4:Hello!
      sober > Received: 1:Hello!
      sober ^ SIGINT
      sober ! Stopped
      sober = 0
      until task_queue has 0 messages
      `,
      cast,
    );
  });

  test("lose what a dying one was sent when it works with --ack-auto", async () => {
    await play(
      `
      lazy $ amqp-con -q task_queue -Q --durable-queue --nad-queue --prefetch 1 --lazy 1 --ack-auto
      lazy ! Created queue: task_queue
      until task_queue has 1 consumer
      sober $ amqp-con -q task_queue -Q --durable-queue --nad-queue --prefetch 1
      sober ! Created queue: task_queue
      until task_queue has 2 consumers
      pub $ amqp-pub -t direct -k task_queue --persistent --nb-messages 4 -m 'Hello!'
      pub > Sent: 1:Hello!
      pub > Sent: 2:Hello!
      pub > Sent: 3:Hello!
      pub > Sent: 4:Hello!
      pub = 0
      lazy > Received: 1:Hello!
      lazy = 0
      sober > Received: 2:Hello!
      sober > Received: 4:Hello!
      sober ^ SIGINT
      sober ! Stopped
      sober = 0
      # Messages 1 and 3 are nowhere.
      until task_queue has 0 messages
      `,
      cast,
    );
  });
});

describe("a worker that is to die", () => {
  test("has received its message, and a stop rule does not call the queue empty", async () => {
    await play(
      `
      lazy $ amqp-con -q task_queue -Q --nad-queue --lazy 0.1 --idle-timeout 20
      lazy ! Created queue: task_queue
      pub $ amqp-pub -k task_queue -m 'Hello!'
      pub > Sent: Hello!
      pub = 0
      lazy > Received: Hello!
      lazy = 0
      until task_queue has 1 message
      `,
      cast,
    );
  });

  test("dies no later than its stop rules say when nothing comes", async () => {
    await play(
      `
      lazy $ amqp-con -q task_queue -Q --lazy 20 --idle-timeout 0.2
      lazy ! Created queue: task_queue
      lazy ! Stopping: nothing has arrived for 0.2 s (--idle-timeout)
      lazy = 8
      `,
      cast,
    );
  });
});
