// What is done to each message on its way from its source: its pace, ids and times, templates, its size, compression.
import { randomUUID } from "node:crypto";
import type { Message, Properties } from "../message/message.ts";
import { compressed, type Encoding } from "./compress.ts";
import { paced } from "./pace.ts";
import { resize } from "./resize.ts";
import { attempt, type Batch, type Progress, type SourceWorld } from "./source.ts";
import { expandMessage } from "./template.ts";

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

/** The messages as they are sent; `size` is that of each body, if it is given. */
export function shaped(
  source: AsyncIterable<Batch>,
  { rate, template, compress, stamps }: ShapePlan,
  size: number | undefined,
  world: SourceWorld,
): AsyncIterable<Batch> {
  let batches = source;
  if (rate !== undefined) batches = paced(batches, rate, world);
  if (stamps.length > 0) batches = mapped(batches, (message) => stamp(message, stamps));
  if (template) batches = mapped(batches, templates(world));
  if (size !== undefined) batches = mapped(batches, (message) => resize(message, size));
  if (compress !== undefined) batches = compressed(batches, compress);
  return batches;
}

/** Tells of each message that was taken, with its bytes as they are sent. */
export async function* counted(
  batches: AsyncIterable<Batch>,
  progress: Progress,
): AsyncIterable<Batch> {
  for await (const batch of batches) yield count(batch);

  function* count(batch: Batch): Batch {
    for (const message of batch) {
      yield message;
      progress.advance(1, message.body.length);
    }
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
