// Waiting with an end: a time, or an AbortSignal.
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { now } from "./clock.ts";

/** What a timer can hold: 24.8 days. Node makes 1 ms of more. */
const LONGEST_MS = 2 ** 31 - 1;

/** That time, or the longest that a timer can hold. Nobody waits for the difference. */
export function toTimer(ms: number): number {
  return Math.min(ms, LONGEST_MS);
}

/** Waits; returns early, without error, when the signal is aborted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(toTimer(ms), undefined, signal && { signal }).catch(() => {});
}

/** Resolves when the event loop has read what has arrived by now; a second turn takes what the first has set off. */
export async function catchUp(): Promise<void> {
  await turn();
  await turn();
}

/**
 * Rings after that time, unless the function returned takes it back. After a late wake-up (Ctrl-Z and fg, a busy machine) Node
 * runs timers before it reads: what has arrived meanwhile is read first, and may take it back.
 */
export function alarm(ms: number, ring: () => void): () => void {
  let isOff = false;
  const due = async (): Promise<void> => {
    await catchUp();
    if (!isOff) ring();
  };
  const timer = setTimeout(() => void due(), toTimer(ms));
  return () => {
    isOff = true;
    clearTimeout(timer);
  };
}

/** The promise's value, or "late" when it has not settled in time. Its rejection passes through. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | "late"> {
  let off = ignore;
  const late = new Promise<"late">((resolve) => {
    off = alarm(ms, () => resolve("late"));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    off();
  }
}

/** At least this often, the event loop gets its turn: signals, timers, and what the broker says. */
const TURN_MS = 10;

/**
 * The iterable's items until it ends or the signal is aborted, whichever comes first, even if no item waits for anything
 * outside. Closes it on every way out.
 */
export async function* until<T>(
  items: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void, void> {
  const iterator = items[Symbol.asyncIterator]();
  let turnAt = now() + TURN_MS;
  try {
    while (!signal.aborted) {
      const next = await orAborted(iterator.next(), signal);
      if (next === "aborted" || next.done) return;
      yield next.value;
      if (now() < turnAt) continue;
      await turn();
      turnAt = now() + TURN_MS;
    }
  } finally {
    // Not waited for: it may have to wait for an item that never comes.
    iterator.return?.().catch(ignore);
  }
}

/** The promise's outcome, or "aborted" when the signal is aborted first. Leaves no listener behind. */
export async function orAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
): Promise<T | "aborted"> {
  if (signal.aborted) {
    promise.catch(ignore);
    return "aborted";
  }
  let stop: () => void = ignore;
  const stopped = new Promise<"aborted">((resolve) => {
    stop = () => resolve("aborted");
  });
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Resolves when the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** As `withGrace`, for promises one after the other that have the grace time together. */
export function sharedGrace(
  signal: AbortSignal,
  graceMs: number,
): <T>(promise: Promise<T>) => Promise<T | "late"> {
  let endsAt: number | undefined;
  return async (promise) => {
    const outcome = await orAborted(promise, signal);
    if (outcome !== "aborted") return outcome;
    endsAt ??= now() + graceMs;
    return within(Math.max(0, endsAt - now()), promise);
  };
}

/** The promise's value; once the signal is aborted, "late" when it does not settle within the grace time. */
export async function withGrace<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  graceMs: number,
): Promise<T | "late"> {
  return sharedGrace(signal, graceMs)(promise);
}

function ignore(): void {}
