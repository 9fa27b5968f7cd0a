// The log on a stream: what is relayed from others waits for a slow reader, and for none that has gone.
import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { openLog } from "../../src/ui/log.ts";

/** A stream that takes nothing until it is told to. */
function openSlow() {
  const waiting: (() => void)[] = [];
  const write = (_chunk: Buffer, _encoding: string, done: () => void): void => {
    waiting.push(done);
  };
  const stream = new Writable({ highWaterMark: 10, write });
  return { stream, take: () => waiting.shift()?.() };
}

async function isDone(promise: Promise<void>): Promise<boolean> {
  const later = new Promise<false>((resolve) => setImmediate(() => resolve(false)));
  return Promise.race([promise.then(() => true), later]);
}

describe("what is relayed", () => {
  it("is escaped, and resolves at once while the reader keeps up", async () => {
    const { stream, take } = openSlow();
    const log = await openLog(stream, "never", {});
    const relayed = log.relay("\u001b[2J");
    expect(stream.writableLength).toBe("\\x1b[2J\n".length);
    take();
    expect(await isDone(relayed)).toBe(true);
  });

  it("resolves for a slow reader when that has caught up", async () => {
    const { stream, take } = openSlow();
    const log = await openLog(stream, "never", {});
    const relayed = log.relay("more than ten");
    expect(await isDone(relayed)).toBe(false);
    take();
    expect(await isDone(relayed)).toBe(true);
    expect(stream.listenerCount("drain")).toBe(0);
  });

  it("waits for no reader that has gone", async () => {
    const { stream } = openSlow();
    const log = await openLog(stream, "never", {});
    const relayed = log.relay("more than ten");
    stream.destroy(new Error("gone"));
    await relayed;
    expect(await isDone(log.relay("more than ten again"))).toBe(true);
  });
});
