// What becomes of an arrival whose bodies grow large when they are decompressed: it comes in parts, in order, and what holds for
// an arrival holds for all of them.
import { gzipSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { UsageError } from "../../src/errors.ts";
import type { Delivery } from "../../src/message/message.ts";
import { Flow, type FlowPlan } from "../../src/select/flow.ts";
import { messageIn } from "../support/message-in.ts";
import { recordingLog } from "../support/recording-log.ts";

// So long an expression may take.
vi.mock(import("../../src/select/where.ts"), async (original) => {
  const { openWhere } = await original();
  return { openWhere: (expression, log) => openWhere(expression, log, 50) };
});

const LARGE = 5 * 1024 * 1024;

const plan: FlowPlan = {
  decompressLimit: 64 * 1024 * 1024,
  where: undefined,
  mismatch: "leave",
  perSecond: undefined,
  isSingle: false,
  streamRefusal: undefined,
};

/** Messages tagged from 1 on, with bodies of these sizes, compressed. */
function arrival(...sizes: readonly number[]): readonly Delivery[] {
  const properties = { contentEncoding: "gzip" };
  return sizes.map((size, i) => {
    const body = gzipSync(Buffer.alloc(size), { level: 1 });
    return messageIn({ deliveryTag: i + 1, body, properties, redelivered: size === LARGE });
  });
}

async function* of<T>(...items: readonly T[]): AsyncGenerator<T, void, void> {
  yield* items;
}

const tags = (batch: readonly Delivery[]): readonly number[] =>
  batch.map(({ deliveryTag }) => deliveryTag);
/** Nothing is lost, and nothing comes from a stream. */
const held = { holds: () => true, isOfStream: async () => false };
const endless = new AbortController().signal;

async function all(batches: AsyncIterable<readonly Delivery[]>): Promise<unknown> {
  const tagsOfAll: (readonly number[])[] = [];
  for await (const batch of batches) tagsOfAll.push(tags(batch));
  return tagsOfAll;
}

describe("an arrival", () => {
  it("comes in parts when its bodies grow large, and small ones stay together", async () => {
    const flow = await Flow.open(plan, recordingLog());
    const through = flow.through(of(arrival(10, 10, LARGE, LARGE, 10, 10)), held, endless);
    expect(await all(through)).toEqual([[1, 2, 3], [4], [5, 6]]);
  });

  it("is whole when nothing is decompressed", async () => {
    const flow = await Flow.open({ ...plan, decompressLimit: undefined }, recordingLog());
    const through = flow.through(of(arrival(LARGE, LARGE)), held, endless);
    expect(await all(through)).toEqual([[1, 2]]);
  });

  it("waits until its last part is out", async () => {
    const flow = await Flow.open(plan, recordingLog());
    const waiting: boolean[] = [];
    const through = flow.through(of(arrival(LARGE, LARGE)), held, endless);
    for await (const _ of through) waiting.push(flow.isWaiting);
    expect(waiting).toEqual([true, false]);
  });

  it("is given up whole when its connection is lost", async () => {
    const flow = await Flow.open(plan, recordingLog());
    const next = arrival(10).map((delivery) => ({ ...delivery, generation: 2 }));
    const seen: (readonly number[])[] = [];
    // The connection is lost after the first part.
    const holds = ({ generation }: Delivery): boolean => seen.length === 0 || generation === 2;
    const batches = of(arrival(LARGE, LARGE, LARGE), next);
    for await (const batch of flow.through(batches, { ...held, holds }, endless))
      seen.push(tags(batch));
    expect(seen).toEqual([[1], [1]]);
  });
});

it("what --where does not want of any part is passed over, and kept as it came until then", async () => {
  const flow = await Flow.open({ ...plan, where: "!redelivered" }, recordingLog());
  const settled: Delivery[] = [];
  const settle = (batch: readonly Delivery[]): void => void settled.push(...batch);
  const came = arrival(LARGE, LARGE, 10, LARGE);
  for await (const batch of flow.through(of(came), held, endless))
    flow.passOver(batch, false, { settle });
  expect(settled).toEqual([came[0], came[1], came[3]]);
  expect(flow.mismatches).toBe(3);
});

it("behind the last message of the run nothing is passed over", async () => {
  const flow = await Flow.open({ ...plan, where: "!redelivered" }, recordingLog());
  const settled: Delivery[] = [];
  const came = [true, false, true].map((redelivered, i) =>
    messageIn({ deliveryTag: i + 1, redelivered }),
  );
  for await (const batch of flow.through(of(came), held, endless))
    flow.passOver(batch, true, { settle: (others) => void settled.push(...others) });
  expect(tags(settled)).toEqual([1]);
});

describe("where a flag excludes a stream", () => {
  const streamRefusal = new UsageError("--peek excludes a stream");
  const excluding = { ...plan, decompressLimit: undefined, streamRefusal };

  it("nothing of one is handed out", async () => {
    const flow = await Flow.open(excluding, recordingLog());
    const ofStream = { ...held, isOfStream: async () => true };
    await expect(all(flow.through(of(arrival(10)), ofStream, endless))).rejects.toBe(streamRefusal);
  });

  it("what waits for the answer is there at the end of a run that does not", async () => {
    const flow = await Flow.open(excluding, recordingLog());
    const unanswered = { ...held, isOfStream: async () => new Promise<boolean>(() => {}) };
    void flow.through(of(arrival(10, 10)), unanswered, endless).next();
    await vi.waitUntil(() => flow.isWaiting);
    expect(await all(flow.finish([]))).toEqual([[], [1, 2]]);
  });
});

it("what is left at the end comes in parts too, behind what waits for its turn", async () => {
  const flow = await Flow.open({ ...plan, isSingle: true }, recordingLog());
  const through = flow.through(of(arrival(10, LARGE, LARGE)), held, endless);
  await through.next();
  const left = arrival(10, 10, 10, LARGE, LARGE, 10).slice(3);
  expect(await all(flow.finish(left))).toEqual([[2], [3], [4], [5], [6]]);
});

it.each([
  [
    "ack",
    false,
    [
      [[1], "ack"],
      [[2], "leave"],
    ],
  ],
  ["leave", false, [[[1, 2], "leave"]]],
  // A stream keeps its messages.
  ["ack", true, [[[1, 2], "ack"]]],
  ["leave", true, [[[1, 2], "ack"]]],
] as const)(
  "what --where cannot decide on in time is not thrown away with what it does not want: %s, of a stream %s",
  async (mismatch, isStream, verdicts) => {
    const where = '!redelivered && (key == "easy" || body.matches("^(a+)+$"))';
    const flow = await Flow.open({ ...plan, where, mismatch }, recordingLog());
    const came = [
      messageIn({ deliveryTag: 1, redelivered: true }),
      messageIn({ deliveryTag: 2, body: `${"a".repeat(40)}!` }),
      messageIn({ deliveryTag: 3, routingKey: "easy" }),
    ];
    const settled: unknown[] = [];
    const intake = { ...held, isOfStream: async () => isStream };
    for await (const batch of flow.through(of(came), intake, endless)) {
      expect(tags(batch)).toEqual([3]);
      flow.passOver(batch, false, {
        settle: (others, verdict) => void settled.push([tags(others), verdict]),
      });
    }
    expect(settled).toEqual(verdicts);
    expect(flow.mismatches).toBe(2);
  },
);
