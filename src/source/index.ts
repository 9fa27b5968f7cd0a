// A source's plan → the source: where messages come from, and what is done to each on its way.
import { randomUUID } from "node:crypto";
import type { Message, Properties } from "../message/message.ts";
import { compressed, type Encoding } from "./compress.ts";
import { directory, type DirectoryPlan } from "./directory.ts";
import { fileBodies, type FilesPlan } from "./files.ts";
import { lines, type LinesPlan } from "./lines.ts";
import { messageBodies, type MessagePlan } from "./message.ts";
import { paced } from "./pace.ts";
import { checkReadable, checkStdinReadable } from "./pieces.ts";
import { records, type RecordsPlan } from "./records.ts";
import { repeat } from "./repeat.ts";
import { resize } from "./resize.ts";
import {
  attempt,
  type Batch,
  type Progress,
  type Source,
  type SourceFacts,
  type SourceWorld,
} from "./source.ts";
import { expandMessage } from "./template.ts";

/** Which source, decided by the flags. */
export type SourcePlan = SourceFacts &
  (
    | ({ readonly kind: "message" } & MessagePlan)
    | ({ readonly kind: "files" } & FilesPlan)
    | ({ readonly kind: "lines" } & LinesPlan)
    | ({ readonly kind: "records" } & RecordsPlan)
    | ({ readonly kind: "directory" } & DirectoryPlan)
  );

/** What is done to every message, wherever it comes from. */
export interface ShapePlan {
  /** Messages a second. */
  readonly rate: number | undefined;
  readonly template: boolean;
  readonly compress: Encoding | undefined;
  /** Properties that each message gets for itself, unless it has them. */
  readonly stamps: readonly Stamp[];
}

/** A message-id of its own; the moment it was sent. */
export type Stamp = "messageId" | "timestamp";

/** The source of a plan. */
export function openSource(plan: SourcePlan, shape: ShapePlan): Source {
  const source = sourceOf(plan);
  const { size } = plan;
  return (envelope, world) => {
    let batches = source(envelope, world);
    if (shape.rate !== undefined) batches = paced(batches, shape.rate, world);
    if (shape.stamps.length > 0)
      batches = mapped(batches, (message) => stamp(message, shape.stamps));
    if (shape.template) batches = mapped(batches, templates(world));
    if (size !== undefined) batches = mapped(batches, (message) => resize(message, size));
    if (shape.compress !== undefined) batches = compressed(batches, shape.compress);
    const { progress } = world;
    return progress && plan.kind === "message" ? counted(batches, progress) : batches;
  };
}

/**
 * Checks that the input is there, before anything is opened or declared; of several files only the first, since what
 * comes before a bad file is sent in any case. @throws UsageError
 */
export async function checkInput(plan: SourcePlan): Promise<void> {
  if (plan.folder !== undefined) return checkReadable(plan.flag, plan.folder, true);
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

/** Each message changed as it is taken; undefined leaves it out. */
async function* mapped(
  batches: AsyncIterable<Batch>,
  change: (message: Message) => Message | undefined,
): AsyncIterable<Batch> {
  for await (const batch of batches) yield map(batch);

  function* map(batch: Batch): Batch {
    for (const message of batch) {
      const changed = change(message);
      if (changed) yield changed;
    }
  }
}

/** Tells of each message that was taken, with its bytes as they are sent. */
async function* counted(batches: AsyncIterable<Batch>, progress: Progress): AsyncIterable<Batch> {
  for await (const batch of batches) yield count(batch);

  function* count(batch: Batch): Batch {
    for (const message of batch) {
      yield message;
      progress.advance(1, message.body.length);
    }
  }
}

function stamp(message: Message, stamps: readonly Stamp[]): Message {
  const made: Properties = {
    ...(stamps.includes("messageId") && { messageId: randomUUID() }),
    ...(stamps.includes("timestamp") && { timestamp: Math.floor(Date.now() / 1000) }),
  };
  return { ...message, properties: { ...made, ...message.properties } };
}

function templates({
  env,
  refuse,
  position,
}: SourceWorld): (message: Message) => Message | undefined {
  let sent = 0;
  return (message) => {
    const made = attempt(
      () => expandMessage(message, { n: sent + 1, env }),
      () => position.place(),
      { refuse },
    );
    // What is skipped has no number.
    if (made) sent++;
    return made;
  };
}
