// The window's bookkeeping against a broker that settles in any way the protocol allows, over channels that come and go.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Window, type Entry } from "../../src/amqp/window.ts";
import type { Message } from "../../src/message.ts";

const noRoute = { code: 312, text: "NO_ROUTE" };

/** Messages alike but for their body, and every fifth one like another. */
function message(number: number): Message {
  const body = Buffer.from(number % 5 === 0 ? "alike" : `${number}`);
  return { exchange: "", routingKey: "k", properties: {}, body };
}

/** What a broker does with a message that it has read. */
type Fate = "store" | "return" | "refuse";

interface Sent {
  readonly entry: Entry;
  fate: Fate | undefined;
  settled: boolean;
}

/** A broker with one channel at a time, which keeps its own books in the simplest way: everything ever, by message. */
class Model {
  readonly window = new Window();
  readonly added: Message[] = [];
  readonly stored = new Set<Message>();
  readonly returned = new Set<Message>();
  readonly confirmed: Entry[] = [];
  readonly refused: Entry[] = [];
  readonly resent: Message[][] = [];
  #channel: Sent[] = [];

  add(): void {
    const next = message(this.added.length);
    this.added.push(next);
    this.window.add(next);
  }

  /** The publisher sends up to `count` messages. */
  send(count: number): Message[] {
    const sent: Message[] = [];
    for (let entry = this.window.next(); entry && sent.length < count; entry = this.window.next()) {
      this.#channel.push({ entry, fate: undefined, settled: false });
      sent.push(entry.message);
      this.window.sent();
    }
    return sent;
  }

  /** The broker reads the next message on the channel. A return goes out at once, before the ack. */
  process(fate: Fate): void {
    const next = this.#channel.find((sent) => sent.fate === undefined);
    if (!next) return;
    next.fate = fate;
    if (fate === "store") this.stored.add(next.entry.message);
    if (fate !== "return") return;
    this.returned.add(next.entry.message);
    // Not the same object: what comes off the wire is a copy.
    const copy = { ...next.entry.message, body: Buffer.from(next.entry.message.body) };
    expect(this.window.markReturned(copy, noRoute)).toBeDefined();
  }

  /** The broker settles one message, or all up to it that fared alike. */
  settle(index: number, multiple: boolean): void {
    const open = this.#channel.flatMap((sent, i) => (sent.fate && !sent.settled ? [i] : []));
    const at = open[index % Math.max(1, open.length)];
    if (at === undefined) return;
    const isRefusal = this.#channel[at]?.fate === "refuse";
    const range = this.#channel.slice(multiple ? 0 : at, at + 1).filter(({ settled }) => !settled);
    const isUniform = range.every(({ fate }) => fate && (fate === "refuse") === isRefusal);
    for (const sent of isUniform ? range : this.#channel.slice(at, at + 1)) sent.settled = true;
    this.#tell(at + 1, multiple && isUniform, isRefusal);
  }

  #tell(tag: number, multiple: boolean, isRefusal: boolean): void {
    expect(this.window.covers(tag)).toBe(true);
    const { refused, acked } = isRefusal
      ? this.window.nack(tag, multiple)
      : { refused: [], acked: this.window.ack(tag, multiple) };
    this.refused.push(...refused);
    this.confirmed.push(...acked);
  }

  /** The channel is lost, with everything on its way; the next one sends again what is open. */
  restart(): void {
    const open = this.#channel.filter((sent) => !sent.settled).map(({ entry }) => entry.message);
    this.#channel = [];
    const { acked, resending } = this.window.restart();
    this.confirmed.push(...acked);
    expect(resending).toBe(open.length);
    expect(this.send(resending)).toEqual(open);
  }

  /** The broker answers everything. */
  drain(): void {
    this.send(Infinity);
    while (this.#channel.some(({ fate }) => fate === undefined)) this.process("store");
    while (this.#channel.some(({ settled }) => !settled)) this.settle(0, false);
  }
}

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
        const { confirmed, refused, added, window } = played(performed);
        const settled = [...confirmed, ...refused].map((entry) => entry.message);
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

  it("confirms in the order of sending, as long as the channel lives", () => {
    fc.assert(
      fc.property(many(stepOfOneChannel), (performed) => {
        const { confirmed, added } = played(performed);
        const order = confirmed.map((entry) => added.indexOf(entry.message));
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }),
    );
  });
});

function bodies(messages: Iterable<Message | Entry>): readonly string[] {
  return [...messages].map((each) => ("message" in each ? each.message : each).body.toString());
}

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
