// How --peek decides between a subscription and fetching: by what the broker answers, not by what is lost on the way.
import { expect, it } from "vitest";
import { Looker } from "../../../src/amqp/consume/looker.ts";
import {
  cancelOk,
  channelClose,
  channelOpenOk,
  consumeOk,
  getOk,
  qosOk,
  queueDeclareOk,
} from "../../support/amqp-answer.ts";
import { goodbye, openChannel, whenever, type Script } from "../../support/misbehave-script.ts";
import { misbehave } from "../../support/misbehave.ts";
import { inTurn, openSession } from "../../support/pretended-session.ts";
import { subscriptionPlan as plan } from "../../support/subscription-plan.ts";

/** The queue is there; on a second channel it is declared in a way that no queue can be. */
const asked: Script = [
  ...openChannel(),
  "queue.declare",
  queueDeclareOk("q"),
  "channel.open",
  channelOpenOk(2),
  "queue.declare",
];
const rest: Script = [
  whenever("basic.qos", qosOk()),
  whenever("basic.consume", consumeOk("c")),
  whenever("basic.cancel", cancelOk("c")),
  whenever("basic.get", getOk(1)),
  ...goodbye(),
];
const lastingQueue: Script = [
  ...asked,
  channelClose(406, "PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'q'", 2),
];
const lasting: Script = [...lastingQueue, ...rest];
const forbidden: Script = [
  ...asked,
  channelClose(403, "ACCESS_REFUSED - access to queue", 2),
  ...rest,
];

/** How it looks for the first message on the last of these connections. */
async function look(...scripts: readonly Script[]): Promise<string | undefined> {
  const server = await misbehave(inTurn(...scripts));
  const looker = new Looker(plan);
  await openSession([server.port], looker, { waitMs: 5000 });
  const looking = looker.batches().next();
  const way = (): string | undefined =>
    server
      .received(scripts.length)
      .map(({ name }) => name)
      .find((name) => name === "basic.consume" || name === "basic.get");
  await server.until("a look", () => way() !== undefined);
  await looker.stop();
  await looking;
  return way();
}

it("subscribes to a queue that outlives its subscribers", async () => {
  expect(await look(lasting)).toBe("basic.consume");
});

it("fetches when it may not ask", async () => {
  expect(await look(forbidden)).toBe("basic.get");
});

it.each([
  ["before the answer", asked],
  ["with the second channel", asked.slice(0, -2)],
])("asks the next link when one is lost %s", async (_, script) => {
  expect(await look([...script, "rst"], lasting)).toBe("basic.consume");
});

it("decides anew on the next link when one is lost before it is subscribed", async () => {
  expect(await look([...lastingQueue, "basic.qos", "rst"], forbidden)).toBe("basic.get");
});
