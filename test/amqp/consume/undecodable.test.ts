// A subscription that gets what cannot be decoded: it goes on with the next connection.
import { expect, it } from "vitest";
import { Consumer } from "../../../src/amqp/consume/consumer.ts";
import { consumeOk, deliver, qosOk } from "../../support/amqp-answer.ts";
import { openChannel, whenever, type Script } from "../../support/misbehave-script.ts";
import { misbehave } from "../../support/misbehave.ts";
import { inTurn, openSession, timed } from "../../support/pretended-session.ts";
import { subscriptionPlan } from "../../support/subscription-plan.ts";

const subscribed = (delivery: Buffer): Script => [
  ...openChannel(),
  whenever("basic.qos", qosOk()),
  "basic.consume",
  Buffer.concat([consumeOk("c"), delivery]),
];

it("waits for no goodbye of a connection that has gone", async () => {
  const undecodable = subscribed(deliver("c", 1, { headers: Buffer.from("?") }));
  const sound = subscribed(deliver("c", 1, { body: "next" }));
  const server = await misbehave(inTurn([...undecodable, "channel.close", "rst"], sound));
  const consumer = new Consumer(subscriptionPlan);
  await openSession([server.port], consumer);
  expect(await timed(consumer.batches().next())).toBeLessThan(1500);
});
