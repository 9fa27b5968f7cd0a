// A subscription at a broker that answers when it likes: how it ends.
import { expect, it } from "vitest";
import { Consumer } from "../../../src/amqp/consume/consumer.ts";
import { cancelOk, consumeOk, qosOk } from "../../support/amqp-answer.ts";
import { goodbye, openChannel, whenever } from "../../support/misbehave-script.ts";
import { misbehave } from "../../support/misbehave.ts";
import { openSession, timed } from "../../support/pretended-session.ts";

/** Subscribed to a broker that does not answer the end of the subscription by itself. */
async function subscribe() {
  const answers = [whenever("basic.qos", qosOk()), whenever("basic.consume", consumeOk("c"))];
  const server = await misbehave([...openChannel(), ...answers, ...goodbye()]);
  const consumer = new Consumer({
    queue: "q",
    alsoFrom: [],
    prefetch: 10,
    ackOnArrival: false,
    ackEvery: 1,
    consumerTag: undefined,
    exclusive: false,
    arguments: {},
    stream: undefined,
    streamRefusal: undefined,
    mayStopReading: false,
  });
  await openSession([server.port], consumer);
  return { server, consumer };
}

it("whoever stops it waits until the broker has agreed, also when it was stopped before", async () => {
  const { server, consumer } = await subscribe();
  const events: string[] = [];
  const stops = ["first", "second"].map(async (which) => {
    await consumer.stop();
    events.push(which);
  });
  await server.until("the end of the subscription", () =>
    server.received().some(({ name }) => name === "basic.cancel"),
  );
  events.push("answer");
  server.send(cancelOk("c"));
  await Promise.all(stops);
  expect(events).toEqual(["answer", "first", "second"]);
});

it("does not wait for ever when the broker is silent", async () => {
  const { consumer } = await subscribe();
  expect(await timed(consumer.stop())).toBeLessThan(4000);
});
