// Waiting for a condition: each change is looked at, and a failure ends every wait.
import { expect, it } from "vitest";
import { Waiting } from "../../src/time/waiting.ts";

it("goes on when a condition holds, and not before", async () => {
  const waiting = new Waiting();
  let count = 0;
  const done = waiting.until(() => count === 2).then(() => count);
  count++;
  waiting.wake();
  await Promise.resolve();
  count++;
  waiting.wake();
  expect(await done).toBe(2);
});

it("rejects every wait once its signal is aborted, under way or new", async () => {
  const failing = new AbortController();
  const waiting = new Waiting(failing.signal);
  const never = waiting.until(() => false);
  failing.abort(new Error("gone"));
  await expect(never).rejects.toThrow("gone");
  await expect(waiting.until(() => true)).rejects.toThrow("gone");
});
