// A message that the broker fails on, closing the connection each time: it alone is refused, and others come twice at most.
import { describe, expect, it } from "vitest";
import { ack } from "../../support/amqp-answer.ts";
import { close } from "../../support/amqp-frame.ts";
import { goodbye, openChannel, whenever, type Script } from "../../support/misbehave-script.ts";
import { misbehave } from "../../support/misbehave.ts";
import { bodiesOn, message, openPublisher } from "../../support/pretended-publisher.ts";
import { inTurn, openSession } from "../../support/pretended-session.ts";

const exception = close(541, "INTERNAL_ERROR");
const REASON = "(fails on it: 541 INTERNAL_ERROR)";

/** Takes everything but what says that it is bad. */
const failing: Script = [
  ...openChannel("confirm"),
  ...goodbye(),
  whenever("body", (count, { payload }) =>
    payload.toString().startsWith("bad") ? exception : ack(count),
  ),
];
const sound: Script = [
  ...openChannel("confirm"),
  ...goodbye(),
  whenever("body", (count) => ack(count)),
];

async function publishAll(bodies: readonly string[], ...scripts: readonly Script[]) {
  const server = await misbehave(inTurn(...scripts));
  const { publisher, told } = openPublisher();
  await openSession([server.port], publisher);
  for (const body of bodies) publisher.publish(message(body));
  await publisher.finish();
  return { server, told, account: publisher.account };
}

describe("a message that the broker fails on", () => {
  it("is refused alone", async () => {
    const { server, told, account } = await publishAll(["a", "bad", "b", "c"], failing);
    expect(told).toEqual(["sent a", `nacked bad ${REASON}`, "sent b", "sent c"]);
    expect(account).toMatchObject({ read: 4, confirmed: 3, nacked: 1, unconfirmed: 0 });
    // In company, then alone, then twice more to be sure; those behind it only once it is out of the way.
    expect(server.connections).toBe(5);
    for (const alone of [2, 3, 4]) expect(bodiesOn(server, alone)).toEqual(["bad"]);
    expect(bodiesOn(server, 5)).toEqual(["b", "c"]);
  });

  it("is told from others of its kind: each is refused by itself", async () => {
    const { told } = await publishAll(["bad 1", "a", "bad 2"], failing);
    expect(told).toEqual([`nacked bad 1 ${REASON}`, "sent a", `nacked bad 2 ${REASON}`]);
  });
});

it("nothing is taken while a suspect has no answer: what cannot be sent is found at its turn", async () => {
  const once: Script = [...openChannel("confirm"), "body", exception];
  const silent: Script = [...openChannel("confirm"), ...goodbye()];
  const server = await misbehave(inTurn(once, silent));
  const { publisher } = openPublisher();
  await openSession([server.port], publisher);
  publisher.publish(message("a"));
  await server.until("it comes again", () => bodiesOn(server, 2).length === 1);
  const room = publisher.room();
  expect(room).toBeInstanceOf(Promise);
  server.send(ack(1));
  await room;
  expect(publisher.room()).toBeUndefined();
});

it("a broker that fails once is not taken for one that fails on the message", async () => {
  const once: Script = [...openChannel("confirm"), "body", exception];
  const { told, account } = await publishAll(["a"], once, sound);
  expect(told).toEqual(["sent a"]);
  expect(account).toMatchObject({ confirmed: 1, nacked: 0, resent: 1 });
});
