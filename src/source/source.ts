// What a source is: where messages come from.
import type { Readable } from "node:stream";
import type { Message } from "../message.ts";

/** What every message of a run has in common; a source adds the bodies. */
export type Envelope = Omit<Message, "body">;

/** What a source may use of the world. It ends early, without error, when `stop` is aborted. */
export interface SourceWorld {
  readonly stdin: () => Readable;
  readonly stop: AbortSignal;
}

/** Messages in batches: as many as one piece of input holds, so that fast input costs no wait for each message. */
export type Source = (envelope: Envelope, world: SourceWorld) => AsyncIterable<readonly Message[]>;
