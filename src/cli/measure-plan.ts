// What is measured and shown: flags → plan. Pure. The settings that a report names: settings.ts.
import { UsageError } from "../errors.ts";
import type { MeasurePlan } from "../measure.ts";
import type { FlagTable } from "./flag.ts";
import type { Readings } from "./parse.ts";

interface MeasureReadings extends Readings {
  readonly options: { readonly stats: number | undefined; readonly report: string | undefined };
}

/** The plan of a run. @throws UsageError */
export function planMeasure(
  role: MeasurePlan["role"],
  flags: FlagTable,
  readings: MeasureReadings,
  writesOutput: boolean,
): MeasurePlan {
  const { stats, report } = readings.options;
  if (report === "" || report === "-")
    throw new UsageError(
      `--report "${report}" is no file`,
      "standard output carries messages only",
    );
  const settings = async () => (await import("./settings.ts")).listSettings(flags, readings);
  return { role, statsMs: stats, report, settings, writesOutput };
}
