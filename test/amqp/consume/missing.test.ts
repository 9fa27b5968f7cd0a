// What was in hand when connections were lost, and is still to come back.
import { describe, expect, it } from "vitest";
import { Missing } from "../../../src/amqp/consume/missing.ts";

describe("what a lost connection held", () => {
  it("is awaited until all of it has come back", () => {
    const missing = new Missing();
    expect(missing.isAwaited).toBe(false);
    missing.lost(2, 10_000);
    missing.cameBack();
    expect(missing.isAwaited).toBe(true);
    missing.cameBack();
    expect(missing.isAwaited).toBe(false);
  });

  it("is still awaited when the next connection is lost too", () => {
    const missing = new Missing();
    missing.lost(2, 10_000);
    missing.lost(1, 10_000);
    for (let i = 0; i < 2; i++) missing.cameBack();
    expect(missing.isAwaited).toBe(true);
    missing.cameBack();
    expect(missing.isAwaited).toBe(false);
  });
});
