// A worker that is killed again and again loses no message. WORKER_MESSAGES and WORKER_KILLS make it a longer test.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startCon } from "../support/binaries.ts";
import { testFolder } from "../support/folder.ts";
import { createQueue, forgetAtEnd, untilQueue } from "../support/witness.ts";

const MESSAGES = Number(process.env["WORKER_MESSAGES"] ?? 300);
const KILLS = Number(process.env["WORKER_KILLS"] ?? 6);
const JOBS = 4;
const DELAY_MS = 50;

const numbers = Array.from({ length: MESSAGES }, (_, i) => `${i + 1}`);
/** Writes the number down, where it stays whatever happens to the worker, and prints it. */
const HANDLER = 'read -r n; echo "$n" >> "$LOG"; echo "$n"';

/** Works off a queue with workers that are killed, each after its share of messages; returns how often each was handled. */
async function workThrough(
  signals: readonly NodeJS.Signals[],
  handler = HANDLER,
  ...flags: readonly string[]
): Promise<Map<string, number>> {
  const queue = await createQueue(numbers.map((number) => `${number}\n`));
  forgetAtEnd(`${queue}.retry-${DELAY_MS}ms`);
  const log = join(await testFolder(), "log");
  const start = (...args: readonly string[]) =>
    startCon(["-q", queue, "--jobs", `${JOBS}`, ...flags, ...args, "--shell", handler], {
      env: { LOG: log },
    });
  const share = Math.floor(MESSAGES / (signals.length + 1));
  for (const signal of signals) {
    const worker = start();
    await worker.waitForLines("stdout", share, 60_000);
    worker.kill(signal);
    const { code } = await worker.ended();
    expect(code).toBe(signal === "SIGKILL" ? null : 0);
  }
  await start("--idle-timeout", "2").ended(120_000);
  await untilQueue(queue, { messages: 0 });
  const written = (await readFile(log, "utf8")).trimEnd().split("\n");
  const times = new Map<string, number>();
  for (const number of written) times.set(number, (times.get(number) ?? 0) + 1);
  return times;
}

function duplicates(times: ReadonlyMap<string, number>): number {
  return [...times.values()].reduce((sum, count) => sum + count - 1, 0);
}

describe("a worker that is killed", () => {
  test("loses nothing, and handles no more twice than it had in hand", async () => {
    const signals = Array.from({ length: KILLS }, (_, i): NodeJS.Signals =>
      i % 3 === 2 ? "SIGTERM" : "SIGKILL",
    );
    const times = await workThrough(signals);
    const kills = signals.filter((signal) => signal === "SIGKILL").length;
    expect(numbers.filter((number) => !times.has(number))).toEqual([]);
    expect(duplicates(times)).toBeLessThanOrEqual(kills * JOBS);
  }, 300_000);

  test("loses nothing of what is tried again either", async () => {
    const signals = Array.from({ length: KILLS }, (): NodeJS.Signals => "SIGKILL");
    const flags = ["--retry-delay", `${DELAY_MS}ms`];
    const times = await workThrough(
      signals,
      `[ $AMQP_ATTEMPT = 1 ] && exit 75; ${HANDLER}`,
      ...flags,
    );
    expect(numbers.filter((number) => !times.has(number))).toEqual([]);
    // A copy was stored and its original not acknowledged, or a handler was cut: once each for what was in hand.
    expect(duplicates(times)).toBeLessThanOrEqual(KILLS * JOBS);
  }, 300_000);

  test("by SIGTERM alone handles every message once", async () => {
    const signals = Array.from({ length: Math.ceil(KILLS / 3) }, (): NodeJS.Signals => "SIGTERM");
    const times = await workThrough(signals);
    expect(times.size).toBe(MESSAGES);
    expect(duplicates(times)).toBe(0);
  }, 300_000);
});
