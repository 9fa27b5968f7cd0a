// The pipes of handlers: one that was read to its end serves again, one that was cut is closed. Linux only, as the pipes are.
import { readdirSync, writeSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { Drain } from "../../src/work/drain.ts";
import { Pipes, type Pipe } from "../../src/work/pipes.ts";

const descriptors = (): number => readdirSync("/proc/self/fd").length;

/** What is read of a pipe into which somebody writes. */
function drained(pipe: Pipe) {
  const taken: Buffer[] = [];
  const drain = new Drain(pipe, null, {
    take: async (chunk) => void taken.push(chunk),
    end: async () => {},
  });
  return { drain, text: () => Buffer.concat(taken).toString() };
}

describe("a pipe", () => {
  test("that was read to its end serves another run", async () => {
    const pipes = new Pipes(1);
    const held = descriptors();
    for (const text of ["one", "two", "three"]) {
      const pipe = pipes.take();
      const { drain, text: read } = drained(pipe);
      writeSync(Number(pipe.end), text);
      pipe.closeEnd();
      await drain.done;
      expect(read()).toBe(text);
    }
    expect(descriptors()).toBe(held);
    pipes.close();
    expect(descriptors()).toBe(held - 1);
  });

  test("is made where none is free, however many are held", async () => {
    const before = descriptors();
    const pipes = new Pipes(1);
    const taken = Array.from({ length: 30 }, () => pipes.takeOutputs());
    const each = taken.flatMap(({ stdout, stderr }) => [stdout, stderr]);
    expect(each.filter(({ end }) => end === "pipe")).toHaveLength(0);
    for (const pipe of each) {
      pipe.closeEnd();
      pipe.discard();
    }
    pipes.close();
    await vi.waitFor(() => expect(descriptors()).toBe(before));
  });

  test("that somebody holds open for ever is cut, and takes no descriptor with it", async () => {
    const before = descriptors();
    const pipes = new Pipes(1);
    const pipe = pipes.take();
    const { drain } = drained(pipe);
    await drain.cut();
    await drain.done;
    pipe.closeEnd();
    pipes.close();
    expect(descriptors()).toBe(before);
  });

  test("is cut only when all that it holds was read, however late the event loop is", async () => {
    const pipes = new Pipes(1);
    const pipe = pipes.take();
    const { drain, text } = drained(pipe);
    const written = "x".repeat(60_000);
    writeSync(Number(pipe.end), written);
    await drain.cut();
    await drain.done;
    expect(text()).toBe(written);
    pipe.closeEnd();
    pipes.close();
  });
});
