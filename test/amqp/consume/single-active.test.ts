// How a single active consumer stops: what goes back goes with the channel, in its place, and not before.
import { expect, it } from "vitest";
import { Consumer } from "../../../src/amqp/consume/consumer.ts";
import { cancelOk, consumeOk, deliver, qosOk } from "../../support/amqp-answer.ts";
import { longlong, shortstr } from "../../support/amqp-bytes.ts";
import { goodbye, openChannel, whenever } from "../../support/misbehave-script.ts";
import { misbehave } from "../../support/misbehave.ts";
import { openSession } from "../../support/pretended-session.ts";
import { subscriptionPlan } from "../../support/subscription-plan.ts";

const usual = { ...subscriptionPlan, handsOver: true };
const counted = Buffer.concat([shortstr("x-delivery-count"), Buffer.from("l"), longlong(1)]);

/** What the broker hears of a consumer that takes these, settles the first of them after its stop, and ends. */
async function stop(version: string, deliveries: readonly Buffer[], plan = usual) {
  const server = await misbehave([
    ...openChannel("plain", { properties: { version } }),
    whenever("basic.qos", qosOk()),
    whenever("basic.cancel", cancelOk("c")),
    ...goodbye(),
    "basic.consume",
    Buffer.concat([consumeOk("c"), ...deliveries]),
  ]);
  const consumer = new Consumer(plan);
  const session = await openSession([server.port], consumer);
  const { value: batch } = await consumer.batches().next();
  const stopped = consumer.stop();
  consumer.settle(batch?.slice(0, 1) ?? [], "ack");
  await stopped;
  // What is finished is told at once, however long the rest still takes.
  if (deliveries.length > 1) await server.receives("basic.ack");
  await consumer.end(1000);
  await session.close();
  const names = server.received().map(({ name }) => name.replace("basic.", ""));
  return names.slice(names.indexOf("consume") + 1);
}

const first = deliver("c", 1);
const again = deliver("c", 2, { headers: counted }, true);

it.each(["3.10.8", "4.3.0"])("leaves the rest to the end of the channel on %s", async (version) => {
  const heard = await stop(version, [first, deliver("c", 2)]);
  expect(heard).toEqual(["ack", "channel.close", "close"]);
});

it("ends its subscription where nothing can be on its way, and then acknowledges, which would bring more", async () => {
  const heard = await stop("3.10.8", [first], { ...usual, prefetch: 1 });
  expect(heard).toEqual(["cancel", "ack", "channel.close", "close"]);
});

it("leaves to the end of the channel what may still be on its way", async () => {
  expect(await stop("3.10.8", [first])).toEqual(["ack", "channel.close", "close"]);
});

it("puts back what the end of the channel would count as failed once more", async () => {
  const heard = await stop("4.3.0", [first, again]);
  expect(heard).toEqual(["ack", "cancel", "nack", "channel.close", "close"]);
  expect(await stop("4.2.9", [first, again])).toEqual(["ack", "channel.close", "close"]);
});
