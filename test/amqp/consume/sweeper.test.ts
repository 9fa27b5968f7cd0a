// When the sweeper sweeps: after large bodies, when much is lying about, and not again and again for what is in use.
import { describe, expect, it } from "vitest";
import { Sweeper } from "../../../src/amqp/consume/sweeper.ts";

const MEGABYTE = 1_000_000;

/** How often it sweeps while bodies pass, with so many bytes outside of the heap all the time. */
function sweeps(count: number, bytes: number, outside: number) {
  const seen = { looks: 0, sweeps: 0 };
  const look = (): number => {
    seen.looks++;
    return outside;
  };
  const sweeper = new Sweeper(look, () => seen.sweeps++);
  for (let i = 0; i < count; i++) sweeper.passed(bytes);
  return seen;
}

describe("a sweeper", () => {
  it("sweeps when large bodies have left much behind", () => {
    expect(sweeps(100, MEGABYTE, 41 * MEGABYTE).sweeps).toBe(12);
  });

  it("leaves a little lying about", () => {
    expect(sweeps(100, MEGABYTE, 39 * MEGABYTE)).toEqual({ looks: 24, sweeps: 0 });
  });

  it("does not even look while small messages pass", () => {
    expect(sweeps(200_000, 13, 41 * MEGABYTE)).toEqual({ looks: 0, sweeps: 0 });
  });

  it("really frees what nobody uses", () => {
    const before = process.memoryUsage().arrayBuffers;
    const sweeper = new Sweeper();
    let most = 0;
    for (let i = 0; i < 400; i++) {
      sweeper.passed(Buffer.alloc(MEGABYTE).length);
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    expect(most).toBeLessThan(50 * MEGABYTE);
  });
});
