// Settling, whatever the order of verdicts: the broker is never told more than was decided, and in the end all of it.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Verdicts, type Verdict } from "../../../src/amqp/consume/verdicts.ts";

/** A channel's end at the broker: what it knows of each delivery, and what would be a protocol error. */
class Broker {
  readonly states = new Map<number, "ack" | "reject" | "requeue">();
  frames = 0;
  #delivered = 0;

  deliver(): number {
    return ++this.#delivered;
  }

  ack(tag: number, multiple: boolean): void {
    this.frames++;
    const tags = multiple ? this.#openUpTo(tag) : [tag];
    // RabbitMQ: 406 PRECONDITION_FAILED - unknown delivery tag.
    if (!this.#isOpen(tag)) throw new Error(`unknown delivery tag ${tag}`);
    for (const each of tags) this.states.set(each, "ack");
  }

  nack(tag: number, multiple: boolean, requeue: boolean): void {
    this.frames++;
    const tags = multiple ? this.#openUpTo(tag) : [tag];
    if (!this.#isOpen(tag)) throw new Error(`unknown delivery tag ${tag}`);
    for (const each of tags) this.states.set(each, requeue ? "requeue" : "reject");
  }

  #isOpen(tag: number): boolean {
    return tag >= 1 && tag <= this.#delivered && !this.states.has(tag);
  }

  #openUpTo(last: number): readonly number[] {
    return Array.from({ length: last }, (_, i) => i + 1).filter((tag) => this.#isOpen(tag));
  }
}

type Step =
  | { readonly act: "deliver"; readonly count: number }
  | { readonly act: "settle"; readonly which: number; readonly verdict: Verdict }
  | { readonly act: "flush" };

const anyVerdict = fc.constantFrom<Verdict[]>("ack", "ack", "ack", "reject", "requeue", "leave");
const steps = fc.array(
  fc.oneof(
    fc.record({ act: fc.constant("deliver" as const), count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ act: fc.constant("settle" as const), which: fc.nat(), verdict: anyVerdict }),
    fc.record({ act: fc.constant("flush" as const) }),
  ),
  { maxLength: 60 },
);

/** Plays the steps on both; what is in hand is settled in any order. */
function play(all: readonly Step[], every: number, look: (run: Run) => void): Run {
  const broker = new Broker();
  const verdicts = new Verdicts(broker, every);
  const run: Run = { broker, verdicts, decided: new Map(), inHand: [] };
  for (const step of all) {
    if (step.act === "deliver")
      for (let i = 0; i < step.count; i++) {
        run.inHand.push(broker.deliver());
        verdicts.arrived();
      }
    if (step.act === "settle" && run.inHand.length > 0) {
      const [tag = 0] = run.inHand.splice(step.which % run.inHand.length, 1);
      run.decided.set(tag, step.verdict);
      verdicts.settle(tag, step.verdict);
    }
    if (step.act === "flush") verdicts.flush();
    look(run);
  }
  return run;
}

interface Run {
  readonly broker: Broker;
  readonly verdicts: Verdicts;
  readonly decided: Map<number, Verdict>;
  readonly inHand: number[];
}

describe("settling in any order", () => {
  it("tells the broker only what was decided, at every moment", () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 7 }), (all, every) => {
        play(all, every, ({ broker, decided }) => {
          for (const [tag, state] of broker.states) expect(decided.get(tag)).toBe(state);
        });
      }),
      { numRuns: 500 },
    );
  });

  it("has told all that can be told after the last flush", () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 7 }), (all, every) => {
        const { broker, verdicts, decided } = play(all, every, () => {});
        verdicts.flush(true);
        const firstOpen = Array.from({ length: 400 }, (_, i) => i + 1).find((tag) => {
          const verdict = decided.get(tag);
          return verdict === undefined || verdict === "leave";
        });
        for (const [tag, verdict] of decided) {
          if (verdict === "leave") expect(broker.states.has(tag)).toBe(false);
          else expect(broker.states.get(tag)).toBe(verdict);
        }
        expect(verdicts.settledTo).toBe((firstOpen ?? 1) - 1);
      }),
      { numRuns: 500 },
    );
  });

  it("counts what is held, and knows what was told", () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 7 }), (all, every) => {
        play(all, every, ({ verdicts, broker, decided }) => {
          const held = [...decided.values()].filter((verdict) => verdict === "leave").length;
          expect(verdicts.held).toBe(held);
          for (const tag of decided.keys())
            expect(verdicts.isTold(tag)).toBe(broker.states.has(tag));
        });
      }),
    );
  });

  it("counts what the broker was not told of", () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 7 }), (all, every) => {
        play(all, every, ({ verdicts, broker, inHand, decided }) => {
          const untold = [...decided.keys()].filter((tag) => !broker.states.has(tag)).length;
          expect(verdicts.unacked).toBe(inHand.length + untold);
          expect(verdicts.undecided).toBe(inHand.length);
        });
      }),
    );
  });
});

describe("acknowledging so many at a time", () => {
  it("takes one frame for a batch in order", () => {
    const { broker, verdicts } = play([{ act: "deliver", count: 5 }], 1, () => {});
    for (const tag of [3, 1, 2, 5, 4]) verdicts.settle(tag, "ack");
    verdicts.flush();
    expect(broker.frames).toBe(1);
    expect([...broker.states.keys()]).toEqual([1, 2, 3, 4, 5]);
  });

  it("waits for N in order, and says that it waits", () => {
    const { broker, verdicts } = play([{ act: "deliver", count: 5 }], 3, () => {});
    const settle = (tag: number): void => {
      verdicts.settle(tag, "ack");
      verdicts.flush();
    };
    settle(1);
    settle(2);
    expect([broker.frames, verdicts.isWaiting]).toEqual([0, true]);
    settle(4);
    expect(broker.frames).toBe(0);
    settle(3);
    expect([...broker.states.keys()]).toEqual([1, 2, 3, 4]);
    expect([broker.frames, verdicts.isWaiting]).toEqual([1, false]);
  });

  it("takes one frame for each run of equal verdicts, and looks back over what was told before", () => {
    const { broker, verdicts } = play([{ act: "deliver", count: 8 }], 1, () => {});
    for (const tag of [2, 6]) verdicts.settle(tag, "requeue");
    for (const tag of [1, 3, 7]) verdicts.settle(tag, "ack");
    for (const tag of [4, 5, 8]) verdicts.settle(tag, "reject");
    verdicts.flush();
    // Two put back, and 1 to 3, 4 and 5, 7, 8.
    expect([broker.frames, verdicts.frames]).toEqual([6, 6]);
    expect(broker.states.size).toBe(8);
  });

  it("acknowledges at the end what is behind one in hand, and says that it waits until then", () => {
    const { broker, verdicts } = play([{ act: "deliver", count: 3 }], 3, () => {});
    for (const tag of [2, 3]) verdicts.settle(tag, "ack");
    verdicts.flush();
    expect([broker.frames, verdicts.isWaiting]).toEqual([0, true]);
    verdicts.flush(true);
    expect([[...broker.states.keys()], verdicts.isWaiting]).toEqual([[2, 3], false]);
  });

  it("acknowledges everything that has arrived with one frame when asked to", () => {
    const { broker, verdicts } = play([{ act: "deliver", count: 9 }], 1, () => {});
    verdicts.ackAll();
    verdicts.ackAll();
    expect([broker.frames, broker.states.size, verdicts.unacked]).toEqual([1, 9, 0]);
  });
});

it.each([
  ["in the middle", 20],
  ["at the end", 40],
])(
  "puts back more than a quorum queue keeps in order with one frame, but for one %s",
  (_, told) => {
    const { broker, verdicts } = play([{ act: "deliver", count: 40 }], 1, () => {});
    verdicts.settle(told, "ack");
    verdicts.flush(true);
    verdicts.putBack();
    verdicts.putBack();
    const states = [...broker.states.values()];
    expect(states.filter((state) => state === "requeue")).toHaveLength(39);
    expect([broker.frames, verdicts.unacked, verdicts.held]).toEqual([2, 0, 0]);
  },
);

it("puts back in order what was held to the end or has no verdict, and nothing else", () => {
  const { broker, verdicts } = play([{ act: "deliver", count: 6 }], 1, () => {});
  for (const tag of [5, 2]) verdicts.settle(tag, "leave");
  verdicts.settle(1, "ack");
  verdicts.settle(4, "reject");
  verdicts.flush(true);
  verdicts.putBack();
  verdicts.putBack();
  expect([...broker.states].slice(2)).toEqual([2, 3, 5, 6].map((tag) => [tag, "requeue"]));
  expect(verdicts.unacked).toBe(0);
});
