// A source's plan → the source: where messages come from. What is done to them on their way: shape.ts.
import { directory, type DirectoryPlan } from "./directory.ts";
import { fileBodies, type FilesPlan } from "./files.ts";
import { lines, type LinesPlan } from "./lines.ts";
import { messageBodies, type MessagePlan } from "./message.ts";
import { checkReadable, checkStdinReadable } from "./pieces.ts";
import { records, type RecordsPlan } from "./records.ts";
import { repeat } from "./repeat.ts";
import { counted, shaped, type ShapePlan } from "./shape.ts";
import type { Source, SourceFacts } from "./source.ts";

/** Which source, decided by the flags. */
export type SourcePlan = SourceFacts &
  (
    | ({ readonly kind: "message" } & MessagePlan)
    | ({ readonly kind: "files" } & FilesPlan)
    | ({ readonly kind: "lines" } & LinesPlan)
    | ({ readonly kind: "records" } & RecordsPlan)
    | ({ readonly kind: "directory" } & DirectoryPlan)
  );

/** The source of a plan. */
export function openSource(plan: SourcePlan, shape: ShapePlan): Source {
  const source = sourceOf(plan);
  return (envelope, world) => {
    const batches = shaped(source(envelope, world), shape, plan.size, world);
    const { progress } = world;
    return progress && plan.kind === "message" ? counted(batches, progress) : batches;
  };
}

/**
 * Checks that the input is there, before anything is opened or declared; of several files only the first, since what
 * comes before a bad file is sent in any case. @throws UsageError
 */
export async function checkInput(plan: SourcePlan): Promise<void> {
  if (plan.kind === "directory") return checkReadable(plan.flag, plan.folder, true);
  const [first] = plan.paths;
  if (first === "-") checkStdinReadable(plan.flag);
  else if (first !== undefined) await checkReadable(plan.flag, first, false);
}

function sourceOf(plan: SourcePlan): Source {
  switch (plan.kind) {
    case "message":
      return (envelope, world) =>
        repeat(messageBodies(plan, envelope), plan.repeat, envelope, world);
    case "files":
      return (envelope, world) => repeat(fileBodies(plan, envelope), plan.repeat, envelope, world);
    case "lines":
      return lines(plan);
    case "records":
      return records(plan);
    case "directory":
      return directory(plan);
  }
}
