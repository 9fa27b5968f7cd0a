// A delivery that was worked on while its connection was lost: its tag now belongs to another message.
import { expect, it } from "vitest";
import { Consumer } from "../../../src/amqp/consume/consumer.ts";
import type { Delivery } from "../../../src/message/message.ts";
import { cancelOk, consumeOk, deliver, qosOk } from "../../support/amqp-answer.ts";
import { close } from "../../support/amqp-frame.ts";
import { goodbye, openChannel, whenever, type Script } from "../../support/misbehave-script.ts";
import { misbehave, type Misbehaviour } from "../../support/misbehave.ts";
import { openSession } from "../../support/pretended-session.ts";
import { subscriptionPlan as plan } from "../../support/subscription-plan.ts";

/** Gives one message to each subscription. */
const script: Script = [
  ...openChannel(),
  whenever("basic.qos", qosOk()),
  whenever("basic.cancel", cancelOk("c")),
  whenever("basic.consume", Buffer.concat([consumeOk("c"), deliver("c", 1)])),
  ...goodbye(),
];

it.each(["ack", "reject", "requeue"] as const)(
  "is not settled (%s) on the next link",
  async (verdict) => {
    const server = await misbehave(script);
    const consumer = new Consumer(plan);
    const session = await openSession([server.port], consumer);
    const batches = consumer.batches();
    const stale = await next(batches);
    server.send(close(320, "CONNECTION_FORCED"));
    const fresh = await next(batches);
    expect([stale, fresh].flat()).toMatchObject([
      { deliveryTag: 1, generation: 1 },
      { deliveryTag: 1, generation: 2 },
    ]);
    consumer.settle(stale, verdict);
    const before = consumer.account;
    consumer.settle(fresh, "ack");
    await consumer.end(0);
    await session.close();
    expect(before).toMatchObject({ acked: 0, rejected: 0, requeued: 0 });
    expect(consumer.account).toMatchObject({ acked: 1, rejected: 0, requeued: 0 });
    expect([1, 2].map((connection) => settled(server, connection))).toEqual([[], ["basic.ack"]]);
  },
);

async function next(batches: AsyncIterator<readonly Delivery[], void>) {
  const { value } = await batches.next();
  return value ?? [];
}

/** What the broker was told on that connection. */
function settled(server: Misbehaviour, connection: number): readonly string[] {
  const names = server.received(connection).map(({ name }) => name);
  return names.filter((name) => /^basic\.(ack|nack|reject)$/.test(name));
}
