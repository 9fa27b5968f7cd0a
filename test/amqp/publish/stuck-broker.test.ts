// A broker that lives but confirms nothing: when it is taken for stuck, and when not. The time is the tests' own.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { beside, Courier } from "../../../src/amqp/publish/courier.ts";
import { ack, channelOpenOk, selectOk } from "../../support/amqp-answer.ts";
import { blocked, unblocked } from "../../support/amqp-frame.ts";
import { goodbye, openChannel, whenever, type Script } from "../../support/misbehave-script.ts";
import { misbehave } from "../../support/misbehave.ts";
import { bodiesOn, message, openPublisher } from "../../support/pretended-publisher.ts";
import { IdleClient, openSession } from "../../support/pretended-session.ts";

const confirming: Script = [...openChannel("confirm"), ...goodbye()];
const confirmsAll = whenever("body", (count) => ack(count));
const TIMEOUT_MS = 60_000;

const ahead = vi.hoisted(() => ({ ms: 0 }));

vi.mock(import("../../../src/time/clock.ts"), async (original) => {
  const clock = await original();
  return { ...clock, now: () => clock.now() + ahead.ms };
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});

afterEach(() => {
  vi.useRealTimers();
});

function elapse(ms: number): void {
  ahead.ms += ms;
  vi.advanceTimersByTime(ms);
}

it("is given up when it confirms nothing for --confirm-timeout, and the message is sent again", async () => {
  const server = await misbehave((connection) =>
    connection === 1 ? openChannel("confirm") : [...confirming, confirmsAll],
  );
  const { publisher } = openPublisher({ confirmTimeoutMs: TIMEOUT_MS });
  await openSession([server.port], publisher);
  publisher.publish(message("a"));
  await server.until("a body", () => bodiesOn(server).length === 1);
  elapse(0.9 * TIMEOUT_MS);
  expect(server.connections).toBe(1);
  elapse(0.35 * TIMEOUT_MS);
  await publisher.finish();
  expect(publisher.account).toMatchObject({ confirmed: 1, resent: 1 });
  expect(server.connections).toBe(2);
});

it("is not given up while publishers are blocked", async () => {
  const server = await misbehave(confirming);
  const { publisher, told } = openPublisher({ confirmTimeoutMs: TIMEOUT_MS });
  await openSession([server.port], publisher);
  publisher.publish(message("a"));
  server.send(blocked("low on memory"));
  await expect.poll(() => told).toHaveLength(1);
  elapse(3 * TIMEOUT_MS);
  server.send(Buffer.concat([unblocked(), ack(1)]));
  await publisher.finish();
  expect(server.connections).toBe(1);
});

it("is not given up while there is nothing to confirm", async () => {
  const server = await misbehave([...confirming, confirmsAll]);
  const { publisher } = openPublisher({ confirmTimeoutMs: TIMEOUT_MS });
  await openSession([server.port], publisher);
  for (const body of ["a", "b", "c"]) {
    publisher.publish(message(body));
    await publisher.finish();
    elapse(3 * TIMEOUT_MS);
  }
  expect(server.connections).toBe(1);
});

it("is given all of its time for the first message that is passed on", async () => {
  const onChannel2: Script = ["channel.open", channelOpenOk(2), "confirm.select", selectOk(2)];
  const server = await misbehave([...openChannel(), ...onChannel2]);
  const courier = new Courier([], { blocked: () => {}, unblocked: () => {} });
  await openSession([server.port], beside(courier, new IdleClient()));
  // The watchdog looks every 7.5 s.
  elapse(15_000);
  elapse(7000);
  const sending = courier.send(message("a"), 1);
  await server.until("a body", () => bodiesOn(server).length === 1);
  elapse(29_000);
  server.send(ack(1, false, 2));
  expect(await sending).toBe("confirmed");
});
