// A vitest reporter for machines: one closing line, "tests: 12 passed, 0 failed, 1 skipped". People read vitest's own.
import process from "node:process";
import type { Reporter, TestModule } from "vitest/node";

/** Counts tests; a file that could not be loaded counts as one failed test. */
export default class Tally implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const states = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => test.result().state),
    );
    const broken = modules.filter((module) => module.errors().length > 0).length + errors.length;
    const count = (state: string) => states.filter((each) => each === state).length;
    const failed = count("failed") + broken;
    process.stdout.write(
      `tests: ${count("passed")} passed, ${failed} failed, ${count("skipped")} skipped\n`,
    );
  }
}
