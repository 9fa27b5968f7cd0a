// What a test has started ends with the test, also when the test fails.
import { TestRunner, onTestFinished } from "vitest";

/** How a test went, as far as a clean-up wants to know. */
export interface Finished {
  readonly failed: boolean;
}

/**
 * Runs `clean` when the current test is over; the last one registered runs first. Outside a test (in beforeAll, in
 * globalSetup) it does nothing and the caller ends what it started. Vitest finds the current test by a global: tests
 * marked `concurrent` must not rely on this.
 */
export function atTestEnd(clean: (test: Finished) => Promise<void> | void): void {
  if (TestRunner.getCurrentTest() === undefined) return;
  onTestFinished(({ task }) => clean({ failed: task.result?.state === "fail" }));
}
