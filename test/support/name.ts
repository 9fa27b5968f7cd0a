// Names for queues, exchanges and consumer tags that no other test, run or person uses on the same broker.
import { randomBytes } from "node:crypto";
import { TestRunner } from "vitest";

/** What every name begins with, so that leftovers on a shared broker can be found. */
export const NAME_PREFIX = "pubcon-test";

const run = randomBytes(4).toString("hex");
let count = 0;

/**
 * `pubcon-test.queue.1f0c9a3e.7.prints-each-body`: the kind, the run, a counter, and the title of the test for people
 * who read the broker's log. Only letters, digits, `.` and `-`, at most 100 characters: safe in a shell, a URL and a pattern.
 */
export function unique(kind: string): string {
  return `${brief(kind)}.${title()}`.slice(0, 100).replace(/[.-]+$/, "");
}

/** The same without the title: the broker cuts its error texts, which hold such names, at 255 bytes. */
export function brief(kind: string): string {
  count += 1;
  return [NAME_PREFIX, kind, run, count].join(".");
}

function title(): string {
  const name = TestRunner.getCurrentTest()?.name ?? "";
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-/g, "");
}
