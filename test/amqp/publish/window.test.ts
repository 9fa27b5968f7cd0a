// The window's bookkeeping against a broker that settles in any way the protocol allows, over channels that come and go.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Entry } from "../../../src/amqp/publish/entry.ts";
import { Window } from "../../../src/amqp/publish/window.ts";
import type { Message } from "../../../src/message/message.ts";
import { type Fate, message, Model, noRoute } from "../../support/window-model.ts";

type Step = (model: Model) => void;

const fates = fc.constantFrom<Fate>("store", "store", "store", "return", "refuse");
const stepOfOneChannel: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Step>((model) => model.add()) },
  {
    weight: 6,
    arbitrary: fc.nat(4).map(
      (count): Step =>
        (model) =>
          void model.send(count),
    ),
  },
  {
    weight: 6,
    arbitrary: fates.map(
      (fate): Step =>
        (model) =>
          model.process(fate),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(fc.nat(9), fc.boolean()).map(
      ([index, multiple]): Step =>
        (model) =>
          model.settle(index, multiple),
    ),
  },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 22, arbitrary: stepOfOneChannel },
  { weight: 1, arbitrary: fc.constant<Step>((model) => model.restart()) },
  { weight: 1, arbitrary: fc.constant<Step>((model) => model.retry()) },
);

function many(steps: fc.Arbitrary<Step>): fc.Arbitrary<Step[]> {
  return fc.array(steps, { maxLength: 150, size: "max" });
}

/** The model after any steps, with everything answered in the end. */
function played(steps: readonly Step[]): Model {
  const model = new Model();
  for (const perform of steps) perform(model);
  model.drain();
  return model;
}

describe("whatever is sent, settled, returned, refused and lost, the window", () => {
  it("settles every message exactly once", () => {
    fc.assert(
      fc.property(many(step), (performed) => {
        const { confirmed, added, window } = played(performed);
        const settled = confirmed.map((entry) => entry.message);
        expect(new Set(settled)).toEqual(new Set(added));
        expect(settled.length).toBe(added.length);
        expect([window.size, window.bytes, window.next()]).toEqual([0, 0, undefined]);
      }),
    );
  });

  it("confirms nothing that the broker has neither stored nor returned", () => {
    fc.assert(
      fc.property(many(step), (performed) => {
        const { confirmed, stored, returned } = played(performed);
        const [back, taken] = [
          confirmed.filter((entry) => entry.returned),
          confirmed.filter((entry) => !entry.returned),
        ];
        // Those that are alike may stand for each other, so it is the bodies that must agree.
        expect(bodies(back).every((body) => bodies(returned).includes(body))).toBe(true);
        expect(bodies(taken).every((body) => bodies(stored).includes(body))).toBe(true);
      }),
    );
  });

  it("confirms in the order of sending, as long as the channel lives and nothing is refused", () => {
    fc.assert(
      fc.property(many(stepOfOneChannel), (performed) => {
        const { confirmed } = played(performed);
        const order = confirmed.filter(({ nacks }) => nacks === 0).map(({ serial }) => serial);
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }),
    );
  });
});

function bodies(messages: Iterable<Message | Entry>): readonly string[] {
  return [...messages].map((each) => ("message" in each ? each.message : each).body.toString());
}

describe("a new channel", () => {
  it("begins with all that is open, in the order in which it was added first", () => {
    fc.assert(
      fc.property(many(step), (performed) => {
        const model = new Model();
        for (const perform of performed) perform(model);
        model.restart();
        const serials = model.send(Infinity).map(({ serial }) => serial);
        expect(serials).toEqual(serials.toSorted((a, b) => a - b));
        expect(new Set(serials).size).toBe(model.added.length - model.confirmed.length);
      }),
    );
  });
});

describe("the window", () => {
  it("knows which delivery tags the broker may settle", () => {
    const model = new Model();
    for (let i = 0; i < 5; i++) model.add();
    model.send(3);
    expect([0, 1, 3, 4].map((tag) => model.window.covers(tag))).toEqual([false, true, true, false]);
    for (const _ of [1, 2]) model.process("store");
    model.settle(1, true);
    expect([2, 3, 4, 2 ** 60].map((tag) => model.window.covers(tag))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    model.restart();
    model.send(1);
    expect([1, 2].map((tag) => model.window.covers(tag))).toEqual([true, false]);
  });

  it("does not find a message that was not sent among the sent ones", () => {
    const model = new Model();
    for (let i = 0; i < 3; i++) model.add();
    model.send(2);
    expect(model.window.markReturned(message(2), noRoute)).toBeUndefined();
    expect(
      model.window.markReturned({ ...message(1), routingKey: "other" }, noRoute),
    ).toBeUndefined();
    expect(model.window.markReturned(message(1), noRoute)?.message).toBe(model.added[1]);
    expect(model.window.markReturned(message(1), noRoute)).toBeUndefined();
  });

  it("forgets a return whose ack is lost with the channel: the next time the message may find a queue", () => {
    const model = new Model();
    model.add();
    model.send(1);
    model.process("return");
    model.restart();
    model.drain();
    expect(model.confirmed.map(({ returned }) => returned)).toEqual([undefined]);
  });

  it("holds nothing but what is open when the channel is lost", () => {
    fc.assert(
      fc.property(many(step), (performed) => {
        const model = new Model();
        for (const perform of performed) perform(model);
        model.lose();
        const { window, waiting, added, confirmed } = model;
        expect(window.size + waiting.length).toBe(added.length - confirmed.length);
      }),
    );
  });

  it("gives its memory back: many messages later it holds no more than those that are open", () => {
    const window = new Window();
    for (let tag = 1; tag <= 100_000; tag++) {
      window.add(message(tag));
      window.sent();
      window.ack(tag, false);
    }
    expect([window.size, window.bytes]).toEqual([0, 0]);
    window.add(message(1));
    expect([window.size, window.bytes, window.next()?.message.body.toString()]).toEqual([
      1,
      1,
      "1",
    ]);
  });
});
