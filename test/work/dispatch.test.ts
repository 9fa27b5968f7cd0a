// What is passed on before its original is settled, at a courier that has fates in store: delay queues are declared in time, and a
// reply that ends the connection is not sent for ever.
import { describe, expect, it, vi } from "vitest";
import type { Fate } from "../../src/amqp/publish/route.ts";
import type { Message } from "../../src/message/message.ts";
import { Dispatch } from "../../src/work/dispatch.ts";
import { delayQueue, LEASE_MS } from "../../src/work/retry.ts";
import { messageIn } from "../support/message-in.ts";

let time = 0;
vi.mock(import("../../src/time/clock.ts"), async (original) => ({
  ...(await original()),
  now: () => time,
}));

const delivery = messageIn();
const queue = delayQueue("q", 100);

function messageTo(routingKey: string): Message {
  return { exchange: "", routingKey, properties: {}, body: Buffer.from("x") };
}

/** What the courier has to do, when declarations end like these, and messages like these: the last one goes on. */
function openDispatch(declarations: readonly boolean[], ...fates: readonly [Fate, ...Fate[]]) {
  const done: string[] = [];
  const told: string[] = [];
  let declared = 0;
  let sent = 0;
  const courier = {
    declare: async ({ name }: { readonly name: string }) => {
      done.push(`declare ${name}`);
      return declarations[Math.min(declared++, declarations.length - 1)] ?? false;
    },
    send: async ({ routingKey }: Message) => {
      done.push(`send ${routingKey}`);
      return fates[Math.min(sent++, fates.length - 1)] ?? "lost";
    },
  };
  return { dispatch: new Dispatch(courier, (line) => void told.push(line)), done, told };
}

describe("a delay queue", () => {
  const declared = `declare ${queue.name}`;
  const copy = messageTo(queue.name);
  const sent = `send ${queue.name}`;

  it("is declared once for many messages, and again before the broker may delete it", async () => {
    const { dispatch, done } = openDispatch([true], "confirmed");
    await dispatch.delay(copy, queue, delivery);
    time += LEASE_MS - 1;
    await dispatch.delay(copy, queue, delivery);
    time += 1;
    expect(await dispatch.delay(copy, queue, delivery)).toBe(true);
    expect(done).toEqual([declared, sent, sent, declared, sent]);
  });

  it("is declared once for messages that come at the same time", async () => {
    const { dispatch, done } = openDispatch([true], "confirmed");
    await Promise.all([1, 2, 3].map(async () => dispatch.delay(copy, queue, delivery)));
    expect(done.toSorted()).toEqual([declared, sent, sent, sent]);
  });

  it("is declared again when a message came back from it", async () => {
    const { dispatch, done } = openDispatch([true], "confirmed", "returned", "confirmed");
    await dispatch.delay(copy, queue, delivery);
    expect(await dispatch.delay(copy, queue, delivery)).toBe(true);
    expect(done).toEqual([declared, sent, sent, declared, sent]);
  });

  it("gets nothing when it could not be declared: its link is gone; on the next one it is declared again", async () => {
    const { dispatch, done } = openDispatch([false, true], "confirmed");
    expect(await dispatch.delay(copy, queue, delivery)).toBe(false);
    expect(done).toEqual([declared]);
    expect(await dispatch.delay(copy, queue, delivery)).toBe(true);
    expect(done).toEqual([declared, declared, sent]);
  });
});

describe("a reply that ends the connection each time", () => {
  it("is told and not sent again, so that its request is done with; others are", async () => {
    const { dispatch, done, told } = openDispatch([true], "fatal", "confirmed");
    const answers: boolean[] = [];
    for (const to of ["forged", "forged", "other"])
      answers.push(await dispatch.answer(messageTo(to), delivery));
    expect(answers).toEqual([false, true, true]);
    expect(done).toEqual(["send forged", "send other"]);
    expect(told).toEqual([expect.stringContaining('each time a reply is sent to "forged"')]);
  });
});
