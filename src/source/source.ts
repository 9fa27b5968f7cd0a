// What a source is: where messages come from.
import { ValueError } from "../errors.ts";
import type { Environment } from "../world.ts";
import type { Readable } from "node:stream";
import type { Message } from "../message/message.ts";

/** What every message of a run has in common; a source adds the bodies. */
export type Envelope = Omit<Message, "body">;

/** Files that a source reads. */
export interface InputPlan {
  /** The flag that names them, for errors. */
  readonly flag: string;
  /** `-` is stdin. */
  readonly paths: readonly string[];
}

/** What the rest of the program must know of a source, whichever it is. */
export interface SourceFacts extends InputPlan {
  /** What is sent, for people: `3 messages`. */
  readonly what: string;
  /** What its messages say for themselves; the rest is as the flags say. A record says everything. */
  readonly brings: "body" | "key" | "record";
  /** May it hold input that is not a message, which --on-bad-record passes over? */
  readonly skippable: boolean;
  /** The body that was typed. */
  readonly text?: string;
  /** How many messages there will be, where the flags tell; Infinity: they come for ever. */
  readonly messages?: number;
  /** Exactly this many bytes each: resize.ts. */
  readonly size?: number | undefined;
}

/** What a source may use of the world. It ends early, without error, when `stop` is aborted. */
export interface SourceWorld {
  readonly stdin: () => Readable;
  readonly stop: AbortSignal;
  readonly env: Environment;
  /** One message of the input cannot be sent. @throws UsageError unless such are skipped, and counted */
  readonly refuse: (place: string, reason: string) => void;
  /** One message is larger than any broker takes, and so large that it was not even read. @throws UsageError as `refuse` */
  readonly tooLarge: (message: Envelope, bytes: number) => void;
  /** Kept by the source. */
  readonly position: Position;
  /** Absent when no progress is shown. */
  readonly progress?: Progress | undefined;
}

/** Where in the input the current message stands: for errors that are found later on its way. */
export interface Position {
  place: () => string;
}

/** How far the input has been read. */
export interface Progress {
  /** Told first, when it is known how much there is. */
  expect(total: number, unit: "bytes" | "messages"): void;
  /** So much more has been read, in the unit of what is expected; `bytes` are told beside messages. */
  advance(amount: number, bytes?: number): void;
}

/**
 * As many messages as one piece of input holds, so that fast input costs no wait for each. They are made one by one as
 * they are taken: none is held longer than it must. A batch is taken to its end before the next one is asked for.
 */
export type Batch = Iterable<Message>;

export type Source = (envelope: Envelope, world: SourceWorld) => AsyncIterable<Batch>;

/** What it returns; undefined when it throws a ValueError that may be skipped. @throws UsageError when it may not */
export function attempt<T>(
  make: () => T,
  place: () => string,
  { refuse }: Pick<SourceWorld, "refuse">,
): T | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    refuse(place(), error.message);
    return undefined;
  }
}
