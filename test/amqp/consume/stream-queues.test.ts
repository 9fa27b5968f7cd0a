// Which queues are streams, as the broker says: however late it says so, and on whichever channel.
import type { Replies } from "amqplib";
import { beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { StreamQueues } from "../../../src/amqp/consume/stream-queues.ts";
import { type Failure, Unreachable } from "../../../src/errors.ts";

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

/** A promise that is resolved from outside. */
class Later<T> {
  settle: (value: T) => void = ignore;
  readonly promise = new Promise<T>((resolve) => (this.settle = resolve));
}

function ignore(): void {}

/** A link whose broker answers when it is told to: with a number of consumers. */
function openLink() {
  const counted = new Later<Replies.AssertQueue>();
  const lost = new Later<Failure>();
  const checkQueue = vi.fn(() => counted.promise);
  return {
    link: { channel: { checkQueue }, lost: lost.promise },
    checkQueue,
    answer: (consumerCount: number) =>
      counted.settle({ queue: "q", messageCount: 0, consumerCount }),
    lose: () => lost.settle(new Unreachable("lost")),
  };
}

it.each([
  [0, true],
  [1, false],
])("a queue with %i consumers while it has one: a stream is %j", async (count, isStream) => {
  const { link, answer, checkQueue } = openLink();
  const queues = new StreamQueues();
  queues.suspect("q", link);
  queues.suspect("q", link);
  answer(count);
  expect([await queues.has("q"), await queues.hasAny()]).toEqual([isStream, isStream]);
  expect(await queues.has("other")).toBe(false);
  expect(checkQueue).toHaveBeenCalledTimes(1);
});

it("an answer counts however late it comes, but the end of a run does not wait for it", async () => {
  const { link, answer } = openLink();
  const queues = new StreamQueues();
  queues.suspect("q", link);
  const asked = queues.has("q");
  const atEnd = queues.hasAny();
  await vi.advanceTimersByTimeAsync(60_000);
  // Nothing is put back, which a stream would not take.
  expect(await atEnd).toBe(true);
  answer(0);
  expect([await asked, await queues.has("q")]).toEqual([true, true]);
});

it("a question that dies with its channel is no answer, and is asked again", async () => {
  const [first, second] = [openLink(), openLink()];
  const queues = new StreamQueues();
  queues.suspect("q", first.link);
  first.lose();
  expect(await queues.has("q")).toBe(false);
  queues.suspect("q", second.link);
  second.answer(0);
  expect(await queues.has("q")).toBe(true);
});
