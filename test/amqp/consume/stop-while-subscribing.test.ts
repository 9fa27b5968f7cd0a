// A stop while the first subscription is asked for. A link that is dropped would count what was on its way as failed
// deliveries on RabbitMQ 4.3; earlier brokers count whatever comes back.
import { expect, it } from "vitest";
import { beside, Courier } from "../../../src/amqp/publish/courier.ts";
import { Consumer } from "../../../src/amqp/consume/consumer.ts";
import type { Client } from "../../../src/amqp/session/client.ts";
import {
  cancelOk,
  channelOpenOk,
  consumeOk,
  deliver,
  qosOk,
  selectOk,
} from "../../support/amqp-answer.ts";
import type { FrameName } from "../../support/amqp-frame.ts";
import { goodbye, openChannel, whenever, type Script } from "../../support/misbehave-script.ts";
import { misbehave } from "../../support/misbehave.ts";
import { openSession } from "../../support/pretended-session.ts";
import { subscriptionPlan as plan } from "../../support/subscription-plan.ts";

/** What the broker hears after it was asked this, when a stop comes at that moment; it answers `late` after the stop. */
async function stopAt(asked: FrameName, client: Client, script: Script, late?: Buffer) {
  const server = await misbehave([...script, ...goodbye()]);
  const stop = new AbortController();
  const opening = openSession([server.port], client, { signal: stop.signal });
  const refused = expect(opening).rejects.toThrow("stopped before");
  await server.receives(asked);
  stop.abort();
  if (late) server.send(late);
  await refused;
  await server.until("the end of the connection", () => server.open === 0);
  const names = server.received().map(({ name }) => name);
  return names.slice(names.indexOf(asked) + 1);
}

const broker = (version: string): Script => openChannel("plain", { properties: { version } });
const answers: Script = [whenever("basic.qos", qosOk()), whenever("basic.cancel", cancelOk("c"))];
const subscribed = Buffer.concat([consumeOk("c"), deliver("c", 1), deliver("c", 2)]);
const givenBack = ["basic.cancel", "basic.nack", "basic.nack", "channel.close", "close"];

it("puts back what comes after it", async () => {
  const script = [...broker("4.3.0"), ...answers];
  const heard = await stopAt("basic.consume", new Consumer(plan), script, subscribed);
  expect(heard).toEqual(givenBack);
});

it("puts it back where messages are passed on, too", async () => {
  const passing = beside(new Courier([], { blocked() {}, unblocked() {} }), new Consumer(plan));
  const courier: Script = ["channel.open", channelOpenOk(2), "confirm.select", selectOk(2)];
  const script = [...broker("4.3.0"), ...courier, ...answers];
  expect(await stopAt("basic.consume", passing, script, subscribed)).toEqual(givenBack);
});

it("drops the link where nothing was asked for yet, or where putting back counts as much", async () => {
  expect(await stopAt("basic.qos", new Consumer(plan), broker("4.3.0"))).toEqual([]);
  const script = [...broker("4.2.9"), ...answers];
  expect(await stopAt("basic.consume", new Consumer(plan), script, subscribed)).toEqual([]);
});
