// A source's plan → the source.
import { fileBodies } from "./files.ts";
import { lines } from "./lines.ts";
import { messageBodies } from "./message.ts";
import { repeat, type RepeatPlan } from "./repeat.ts";
import type { Source } from "./source.ts";

/** Which source, decided by the flags. */
export type SourcePlan =
  | { readonly kind: "message"; readonly text: string; readonly repeat: RepeatPlan }
  | { readonly kind: "files"; readonly paths: readonly string[]; readonly repeat: RepeatPlan }
  | { readonly kind: "lines"; readonly paths: readonly string[] };

/** The source of a plan. */
export function openSource(plan: SourcePlan): Source {
  switch (plan.kind) {
    case "message":
      return (envelope, world) => repeat(messageBodies(plan.text), plan.repeat, envelope, world);
    case "files":
      return (envelope, world) => repeat(fileBodies(plan.paths), plan.repeat, envelope, world);
    case "lines":
      return lines(plan.paths);
  }
}
