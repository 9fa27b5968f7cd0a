// One message per line of stdin or files. Never holds more than one piece of input and one unfinished line.
import { createReadStream } from "node:fs";
import type { Message } from "../message.ts";
import { unreadable } from "./files.ts";
import type { Envelope, Source, SourceWorld } from "./source.ts";
import { readChunks } from "./stdin.ts";

const NEWLINE = 0x0a;

/** The lines of all inputs. The last line of each counts also without newline. */
export function lines(paths: readonly string[]): Source {
  return async function* messages(envelope, world) {
    for (const path of paths) {
      if (world.stop.aborted) return;
      yield* split(path === "-" ? readChunks(world) : readPieces(path, world), envelope);
    }
  };
}

async function* readPieces(path: string, { stop }: SourceWorld): AsyncIterable<Buffer> {
  try {
    for await (const chunk of createReadStream(path, { signal: stop })) yield chunk;
  } catch (error) {
    if (!stop.aborted) throw unreadable("--lines", path, error);
  }
}

async function* split(
  pieces: AsyncIterable<Buffer>,
  envelope: Envelope,
): AsyncIterable<readonly Message[]> {
  let unfinished: Buffer[] = [];
  for await (const piece of pieces) {
    const batch: Message[] = [];
    let start = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
      const part = piece.subarray(start, end);
      batch.push({
        ...envelope,
        body: unfinished.length > 0 ? Buffer.concat([...unfinished, part]) : part,
      });
      unfinished = [];
      start = end + 1;
    }
    if (start < piece.length) unfinished.push(piece.subarray(start));
    if (batch.length > 0) yield batch;
  }
  if (unfinished.length > 0) yield [{ ...envelope, body: Buffer.concat(unfinished) }];
}
