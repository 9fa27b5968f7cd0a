// A subscription that the broker ends (basic.cancel), for its queue was deleted or its node goes.
import { expect, it } from "vitest";
import { Consumer } from "../../../src/amqp/consume/consumer.ts";
import { cancel, cancelOk, consumeOk, deliver, qosOk } from "../../support/amqp-answer.ts";
import { goodbye, openChannel, whenever } from "../../support/misbehave-script.ts";
import { misbehave } from "../../support/misbehave.ts";
import { openSession, RememberedReport } from "../../support/pretended-session.ts";
import { subscriptionPlan as plan } from "../../support/subscription-plan.ts";

/** A broker that delivers a message, and ends the subscription when ours is on its way. */
async function subscribe() {
  const server = await misbehave([
    ...openChannel(),
    whenever("basic.qos", qosOk()),
    whenever("basic.consume", Buffer.concat([consumeOk("c"), deliver("c", 1)])),
    whenever("basic.cancel", Buffer.concat([cancel("c"), cancelOk("c")])),
    ...goodbye(),
  ]);
  const report = new RememberedReport();
  const consumer = new Consumer(plan);
  const session = await openSession([server.port], consumer, {}, report);
  const { value: batch } = await consumer.batches().next();
  return { server, report, consumer, session, batch };
}

it("ends the link, for the next one tells what has become of the queue", async () => {
  const { server, report } = await subscribe();
  server.send(cancel("c"));
  await server.until("another connection", () => server.connections === 2);
  expect(report.lines[0]).toBe('lost: the broker cancelled the subscription to queue "q"');
});

it("ends nothing after a stop: what is in hand is still acknowledged", async () => {
  const { server, report, consumer, session, batch } = await subscribe();
  await consumer.stop();
  consumer.settle(batch ?? [], "ack");
  await consumer.end(1000);
  expect(await session.close()).toBe(true);
  const names = server.received().map(({ name }) => name);
  expect(names.slice(-4)).toEqual(["basic.cancel", "basic.ack", "channel.close", "close"]);
  expect([report.lines, server.connections]).toEqual([[], 1]);
});
