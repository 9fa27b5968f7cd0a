// Stop rules: each alone, together, and what they say.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { aborted, catchUp } from "../../src/time/deadline.ts";
import { StopRules, type StopPlan } from "../../src/select/stop.ts";
import { messageIn } from "../support/message-in.ts";

const NONE: StopPlan = {
  count: undefined,
  countedBy: "--count",
  isPrefetchGiven: false,
  idleMs: undefined,
  timeoutMs: undefined,
  untilEmpty: undefined,
  keepsAll: false,
  emptyQueue: "done",
  untilBody: undefined,
};
const bodies = (...texts: readonly string[]) => texts.map((body) => messageIn({ body }));
const never = async (): Promise<boolean> => false;

const started: StopRules[] = [];
function start(plan: Partial<StopPlan>, isEmpty = never, isBusy = () => false): StopRules {
  const rules = new StopRules({ ...NONE, ...plan });
  rules.startTimeout();
  rules.start(isEmpty, isBusy);
  started.push(rules);
  return rules;
}
const texts = (batch: ReturnType<StopRules["take"]>) => batch.map(({ body }) => body.toString());

afterEach(() => {
  for (const rules of started.splice(0)) rules.end();
});

describe("--count", () => {
  it("takes so many over several batches, and not one more", () => {
    const rules = start({ count: 3 });
    expect(texts(rules.take(bodies("1", "2")))).toEqual(["1", "2"]);
    expect(rules.reason).toBeUndefined();
    expect(texts(rules.take(bodies("3", "4", "5")))).toEqual(["3"]);
    expect(rules.reason).toEqual({ text: "--count 3 reached", exit: "done" });
    expect(rules.signal.aborted).toBe(true);
    expect(texts(rules.take(bodies("6")))).toEqual([]);
    expect(rules.received).toBe(3);
  });

  it("counts what came to nothing when it comes again, if it does", () => {
    const rules = start({ count: 2 });
    rules.take(bodies("1"));
    expect([rules.giveBack(), rules.received]).toEqual([true, 0]);
    rules.take(bodies("1", "2"));
    expect(rules.reason).toBeDefined();
    expect([rules.giveBack(), rules.received]).toEqual([false, 2]);
  });

  it("is told from what can be held at once", () => {
    const rules = start({ count: 2, countedBy: "--prefetch" });
    rules.take(bodies("1", "2"));
    expect(rules.reason?.text).toBe("--prefetch 2 reached; there may be more");
  });
});

describe("--until-body", () => {
  it("takes up to the message with just this body", () => {
    const rules = start({ untilBody: "quit" });
    expect(texts(rules.take(bodies("quit now", " quit", "quit", "more")))).toEqual([
      "quit now",
      " quit",
      "quit",
    ]);
    expect(rules.reason?.text).toBe("the body of --until-body has arrived");
  });

  it("yields to a count that is reached first, and the other way round", () => {
    const byCount = start({ untilBody: "quit", count: 1 });
    expect(texts(byCount.take(bodies("a", "quit")))).toEqual(["a"]);
    expect(byCount.reason?.text).toBe("--count 1 reached");
    const byBody = start({ untilBody: "quit", count: 2 });
    expect(texts(byBody.take(bodies("quit", "a")))).toEqual(["quit"]);
    expect(byBody.reason?.text).toContain("--until-body");
  });
});

/** So much later, when what has arrived was read. */
async function later(ms: number): Promise<void> {
  vi.advanceTimersByTime(ms);
  await catchUp();
}

describe("a clock", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("of --timeout ends the run with its own exit code, and in a hurry", () => {
    const rules = start({ timeoutMs: 2500 });
    vi.advanceTimersByTime(2499);
    expect([rules.reason, rules.hurry.aborted]).toEqual([undefined, false]);
    vi.advanceTimersByTime(1);
    expect(rules.reason).toEqual({ text: "--timeout 2.5 has passed", exit: "timeout" });
    expect([rules.signal.aborted, rules.hurry.aborted]).toEqual([true, true]);
  });

  it("of a month is no instant, though no timer can hold it", () => {
    const month = 30 * 24 * 3600 * 1000;
    const rules = start({ timeoutMs: month, idleMs: month });
    vi.advanceTimersByTime(1000);
    expect(rules.reason).toBeUndefined();
  });

  it("of --idle-timeout begins again with everything that arrives, wanted or not", async () => {
    const rules = start({ idleMs: 1000 });
    await later(900);
    rules.take(bodies("1"));
    await later(900);
    rules.take([]);
    await later(999);
    expect(rules.reason).toBeUndefined();
    await later(1);
    expect(rules.reason).toEqual({
      text: "nothing has arrived for 1 s (--idle-timeout)",
      exit: "empty",
    });
    expect(rules.hurry.aborted).toBe(false);
  });

  it("of --idle-timeout does not run out when messages wait to be read, however late we are", async () => {
    const rules = start({ idleMs: 1000 });
    vi.advanceTimersByTime(5000);
    // Read in the first turn after that.
    rules.take(bodies("1"));
    await later(999);
    expect(rules.reason).toBeUndefined();
    await later(1);
    expect(rules.reason?.text).toContain("--idle-timeout");
  });

  it("of --idle-timeout does not run out while something is being worked on", async () => {
    let busy = true;
    const rules = start({ idleMs: 1000 }, never, () => busy);
    for (let i = 0; i < 10; i++) await later(1000);
    expect(rules.reason).toBeUndefined();
    busy = false;
    await later(1000);
    expect(rules.reason?.text).toContain("--idle-timeout");
  });

  it("stands still when the run is over", () => {
    const rules = start({ idleMs: 1000, timeoutMs: 5000 });
    rules.end();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(10_000);
    expect(rules.reason).toBeUndefined();
  });
});

describe("--until-empty", () => {
  it("ends when nothing arrives and the broker says that there is nothing", async () => {
    const answers = [false, false, true];
    const rules = start({ untilEmpty: "--until-empty" }, async () => answers.shift() ?? true);
    await aborted(rules.signal);
    expect(answers).toEqual([]);
    expect(rules.reason).toEqual({ text: "the queue is empty (--until-empty)", exit: "done" });
  });

  it("goes on while the broker cannot be asked", async () => {
    const answers = [() => Promise.reject(new Error("away")), () => Promise.resolve(true)];
    const rules = start({ untilEmpty: "--until-empty" }, () => answers.shift()?.() ?? never());
    await aborted(rules.signal);
    expect(answers).toEqual([]);
    expect(rules.reason?.text).toContain("--until-empty");
  });

  it("does not ask while something is worked on: it may be put back", async () => {
    const busy = [true, true, true];
    const leftWhenAsked: number[] = [];
    const isEmpty = async (): Promise<boolean> => {
      leftWhenAsked.push(busy.length);
      return true;
    };
    const rules = start({ untilEmpty: "--until-empty" }, isEmpty, () => busy.shift() ?? false);
    await aborted(rules.signal);
    expect(leftWhenAsked).toEqual([0]);
  });

  it("does not believe an answer when something came before it", async () => {
    const busy: boolean[] = [];
    const meanwhile = [() => void rules.take(bodies("1")), () => void busy.push(true)];
    const isEmpty = async (): Promise<boolean> => {
      meanwhile.shift()?.();
      return true;
    };
    const rules = start({ untilEmpty: "--until-empty" }, isEmpty, () => busy.shift() ?? false);
    await aborted(rules.signal);
    expect([meanwhile, busy]).toEqual([[], []]);
  });
});

describe("an empty queue", () => {
  it("is what --get may find, and names the flag that asked for its end", () => {
    const rules = start({ emptyQueue: "empty" });
    rules.stopAsEmpty();
    expect(rules.reason).toEqual({ text: "the queue is empty (--get)", exit: "empty" });
    const toTheEnd = start({ emptyQueue: "empty", untilEmpty: "--until-empty" });
    toTheEnd.stopAsEmpty();
    expect(toTheEnd.reason?.text).toBe("the queue is empty (--until-empty)");
  });
});

describe("several rules", () => {
  it("keep to the first reason", () => {
    const rules = start({ count: 1 });
    rules.take(bodies("1"));
    rules.stopAsFull(3);
    expect(rules.reason?.text).toBe("--count 1 reached");
  });

  it("may be joined by another reason of the run", () => {
    const rules = start({ count: 5 });
    rules.stopAsFull(3);
    expect(rules.reason).toMatchObject({ exit: "empty" });
    expect(rules.signal.aborted).toBe(true);
  });

  it.each([
    [true, "--prefetch holds no more: 3 are held"],
    [false, "no more than 3 can be held, and that many are; --prefetch N holds more"],
  ])("name --prefetch as the bound only where it is given: %j", (isPrefetchGiven, text) => {
    const rules = start({ isPrefetchGiven });
    rules.stopAsFull(3);
    expect(rules.reason?.text).toContain(text);
  });

  it("do not tell to hold more than can be asked for", () => {
    const rules = start({ isPrefetchGiven: false });
    rules.stopAsFull(65_535);
    expect(rules.reason?.text).toBe("no more than 65535 can be held, and that many are");
  });
});
