// A run that is watched: --stats and --report. A run without them passes through and loads nothing.
import type { Run, World } from "./world.ts";

/** A setting of the run, as it may be shown. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  /** flag, environment or profile. */
  readonly origin: string;
}

/** What is measured and where it is shown. */
export interface MeasurePlan {
  readonly role: "publisher" | "requester" | "consumer";
  /** How often statistics are shown; undefined: never. */
  readonly statsMs: number | undefined;
  /** The file of the page. */
  readonly report: string | undefined;
  readonly settings: () => Promise<readonly Setting[]>;
  /** Whether the run writes to standard output. */
  readonly writesOutput: boolean;
}

/** Runs it, measured where that is asked for. Resolves with its exit code. @throws what it throws; Failure when the page cannot be written */
export async function measured(plan: MeasurePlan, world: World, run: Run): Promise<number> {
  if (plan.statsMs === undefined && plan.report === undefined) return await run(world);
  const { measure } = await import("./measure/measurement.ts");
  return await measure(plan, world, run);
}
