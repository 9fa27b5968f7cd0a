// Putting back without a hot loop, by a clock of the test.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Delivery } from "../../src/message/message.ts";
import { PutBack } from "../../src/work/put-back.ts";
import { messageIn } from "../support/message-in.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function openPutBack() {
  const settled: string[] = [];
  const settle = (batch: readonly Delivery[], verdict: string): void =>
    batch.forEach(({ body }) => settled.push(`${body.toString()} ${verdict}`));
  return { settled, putBack: new PutBack({ settle }) };
}

const again = (body: string) => messageIn({ redelivered: true, body });

describe("a message that is put back", () => {
  it("for the first time does not wait", () => {
    const { settled, putBack } = openPutBack();
    putBack.put(messageIn({ body: "hello" }));
    expect(settled).toEqual(["hello requeue"]);
  });

  it("again and again waits twice as long each time, up to half a minute", () => {
    const { settled, putBack } = openPutBack();
    const waits = Array.from({ length: 12 }, (_, i) => {
      putBack.put(again("x"));
      let waited = 0;
      for (; settled.length === i; waited += 100) vi.advanceTimersByTime(100);
      return waited;
    });
    expect(waits.slice(0, 4)).toEqual([100, 200, 400, 800]);
    expect(waits.slice(-2)).toEqual([30_000, 30_000]);
  });

  it("does not make others wait", () => {
    const { settled, putBack } = openPutBack();
    for (let i = 0; i < 5; i++) {
      putBack.put(again("x"));
      vi.runAllTimers();
    }
    putBack.put(again("y"));
    vi.advanceTimersByTime(100);
    expect(settled.at(-1)).toBe("y requeue");
  });

  it("waits as it came, not decompressed", () => {
    const { settled, putBack } = openPutBack();
    const { properties } = messageIn();
    putBack.put({ ...again("large"), compressed: { properties, body: Buffer.from("small") } });
    vi.runAllTimers();
    expect(settled).toEqual(["small requeue"]);
  });

  it("does not wait when the run is over", () => {
    const { settled, putBack } = openPutBack();
    putBack.put(again("x"));
    putBack.end();
    putBack.put(again("y"));
    expect(settled).toEqual(["x requeue", "y requeue"]);
    vi.runAllTimers();
    expect(settled).toHaveLength(2);
  });
});
