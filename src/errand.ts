// What is asked for instead of messages: administration, or a look at what would be done. Same in both programs.
import {
  planAdministration,
  type AnyParsed,
  type TopologyDetails,
} from "./cli/administration-plan.ts";
import type { FlagTable } from "./cli/flag.ts";
import type { Sketch } from "./preview/sketch.ts";
import type { Run, World } from "./world.ts";

interface DryRun {
  readonly sketch: () => Sketch;
  /** Checks what a run would find missing before it connects. @throws UsageError */
  readonly check: (world: World) => Promise<void>;
}

/** The run; undefined when messages are to be sent or taken. A run with messages loads none of this. @throws UsageError */
export function prepareErrand<F extends FlagTable>(
  program: { readonly name: string; readonly flags: F },
  parsed: AnyParsed<F>,
  { sketch, check, ...details }: TopologyDetails & DryRun,
): Run | undefined {
  const { dryRun } = parsed.options;
  const plan = planAdministration(program, parsed, details);
  if (dryRun !== undefined) {
    return async (world) => {
      const { preview } = await import("./preview/preview.ts");
      const { sketchAdministration } = await import("./preview/sketch.ts");
      if (!plan) await check(world);
      const seen = plan ? sketchAdministration(program.name, plan) : sketch();
      return preview(seen, dryRun, world);
    };
  }
  if (plan === undefined) return undefined;
  return async (world) => {
    const { administer } = await import("./administer.ts");
    return administer(plan, world);
  };
}
