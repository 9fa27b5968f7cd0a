// How much --forward has under way at once, and until when.
import { EventEmitter, once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Fate } from "../../src/amqp/publish/route.ts";
import type { Delivery } from "../../src/message/message.ts";
import { Unsendable } from "../../src/errors.ts";
import { forwarding } from "../../src/work/forward.ts";
import { messageIn } from "../support/message-in.ts";

const lost = async (): Promise<Fate> => "lost";
const unsendable = async (): Promise<Fate> => {
  throw new Unsendable("too large", undefined);
};

/** Takes a message; is it ready for the next one before the broker has confirmed, and after it? */
async function take(delivery: Delivery): Promise<readonly boolean[]> {
  const answered = new EventEmitter();
  const send = async (): Promise<Fate> => {
    await once(answered, "answer");
    return "confirmed";
  };
  const work = forwarding(
    { exchange: "", routingKey: "q" },
    { settle: () => {} },
    { send },
    () => true,
  );
  let isReady = false;
  const taken = work.take([delivery]).then(() => (isReady = true));
  await setImmediate();
  const before = isReady;
  answered.emit("answer");
  await taken;
  return [before, isReady];
}

it("takes what comes, for the prefetch bounds it", async () => {
  expect(await take(messageIn())).toEqual([true, true]);
});

it("takes the next of what was decompressed when that is stored: it may be much larger than what came", async () => {
  const { properties, body } = messageIn();
  expect(await take(messageIn({ compressed: { properties, body } }))).toEqual([false, true]);
});

it("is busy until the broker has answered: its queue is not taken for empty while that may fail", async () => {
  const answered = new EventEmitter();
  const send = async (): Promise<Fate> => {
    await once(answered, "answer");
    return "nacked";
  };
  const work = forwarding(
    { exchange: "", routingKey: "q" },
    { settle: () => {} },
    { send },
    () => true,
  );
  await work.take([messageIn()]);
  const wasBusy = work.isBusy;
  answered.emit("answer");
  await expect(work.finish()).rejects.toThrow("the broker refuses it (nack)");
  expect([wasBusy, work.isBusy, work.failed?.aborted]).toEqual([true, false, true]);
});

it("fails as undelivered with what no frame can carry: its flags are right", async () => {
  const to = { exchange: "", routingKey: "q" };
  const work = forwarding(to, { settle: () => {} }, { send: unsendable }, () => true);
  await work.take([messageIn()]);
  await expect(work.finish()).rejects.toMatchObject({ exit: "undelivered" });
});

it.each([
  [true, "comes again: it counts then"],
  [false, "does not come again, for the run is over: that is no good end"],
])("each that was lost with its connection is given back: %s, it %s", async (again) => {
  const to = { exchange: "", routingKey: "q" };
  let givenBack = 0;
  const work = forwarding(to, { settle: () => {} }, { send: lost }, () => {
    givenBack++;
    return again;
  });
  await work.take([messageIn(), messageIn()]);
  await work.finish();
  const text = again ? undefined : expect.stringContaining("the connection was lost");
  expect(work.shortfall?.message).toEqual(text);
  expect(givenBack).toBe(2);
});
