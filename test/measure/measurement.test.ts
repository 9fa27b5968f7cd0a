// A measured run: that its page is written whatever becomes of it, and which exit code counts.
import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Failure, Unreachable } from "../../src/errors.ts";
import { measured, type MeasurePlan } from "../../src/measure.ts";
import { testFolder } from "../support/folder.ts";
import { pretendWorld } from "../support/pretended-world.ts";

const nothing: MeasurePlan = {
  role: "consumer",
  statsMs: undefined,
  report: undefined,
  settings: async () => [{ name: "--queue", value: "tasks", origin: "flag" }],
  writesOutput: true,
};

async function planReport(): Promise<MeasurePlan & { readonly report: string }> {
  return { ...nothing, report: join(await testFolder(), "report.html") };
}

describe("a run that nobody measures", () => {
  it("has no meter, and its own exit code", async () => {
    const { world } = pretendWorld();
    const run = measured(nothing, world, async ({ meter }) => (meter ? 1 : 8));
    await expect(run).resolves.toBe(8);
  });
});

describe("the page is written", () => {
  it("when the run ends well, with what the run let be looked at", async () => {
    const plan = await planReport();
    const code = await measured(plan, pretendWorld().world, async ({ meter }) => {
      meter?.watch({ open: () => 0, account: () => ({ received: 77 }) });
      return 0;
    });
    expect(code).toBe(0);
    const page = await readFile(plan.report, "utf8");
    expect(page).toContain("everything asked for was done (exit code 0)");
    expect(page).toMatch(/<td>received<\/td>\s*<td>77<\/td>/);
    expect(page).toMatch(/<td>--queue<\/td>\s*<td>tasks<\/td>/);
  });

  it("when the run fails, with the reason; and the failure stays", async () => {
    const plan = await planReport();
    const failure = new Unreachable("nobody <answers>");
    const run = measured(plan, pretendWorld().world, () => Promise.reject(failure));
    await expect(run).rejects.toBe(failure);
    expect(await readFile(plan.report, "utf8")).toContain("nobody &lt;answers&gt; (exit code 3)");
  });

  it("when a signal has stopped the run", async () => {
    const plan = await planReport();
    const stopping = new AbortController();
    const { world } = pretendWorld({ signal: stopping.signal });
    await measured(plan, world, async () => {
      stopping.abort();
      return 0;
    });
    expect(await readFile(plan.report, "utf8")).toContain("stopped by a signal; everything");
  });
});

describe("a page that cannot be written", () => {
  it("is known before the run begins, where that is possible", async () => {
    const plan = await planReport();
    await symlink("elsewhere", plan.report);
    let hasRun = false;
    const run = measured(plan, pretendWorld().world, async () => {
      hasRun = true;
      return 0;
    });
    await expect(run).rejects.toMatchObject({ exitCode: 7 });
    expect(hasRun).toBe(false);
  });

  it("is exit code 7 when the run was well", async () => {
    const plan = { ...nothing, report: "/dev/full" };
    const run = measured(plan, pretendWorld().world, async () => 0);
    await expect(run).rejects.toMatchObject({ exitCode: 7 });
  });

  it("is told, but does not hide how the run has ended", async () => {
    const plan = { ...nothing, report: "/dev/full" };
    const { world, errors } = pretendWorld();
    await expect(measured(plan, world, async () => 5)).resolves.toBe(5);
    const failure = new Failure("refused", "no");
    await expect(measured(plan, world, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(errors.map(({ exitCode }) => exitCode)).toEqual([7, 7]);
  });
});
