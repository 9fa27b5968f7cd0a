// One message for each line of stdin or files, perhaps with its routing key before it.
import { decodeText } from "../message/text.ts";
import { UsageError, ValueError } from "../errors.ts";
import type { Message } from "../message/message.ts";
import { expectBytes, nameOf, readPieces, wasCut } from "./pieces.ts";
import {
  attempt,
  type Batch,
  type Envelope,
  type InputPlan,
  type Source,
  type SourceWorld,
} from "./source.ts";
import { Splitter } from "./split.ts";

export interface LinesPlan extends InputPlan {
  /** What ends a line. */
  readonly delimiter: Buffer;
  /** What stands between a line's routing key and its body; undefined when a line is all body. */
  readonly keyDelimiter: Buffer | undefined;
}

/** The lines of all inputs. The last line of each counts also without delimiter. */
export function lines({ flag, paths, delimiter, keyDelimiter }: LinesPlan): Source {
  return async function* messages(envelope, world) {
    await expectBytes(paths, 1, world.progress);
    for (const path of paths) {
      const toMessage = keyDelimiter ? keyed(keyDelimiter, envelope) : plain(envelope);
      yield* batches(path, flag, delimiter, world, toMessage);
    }
  };
}

/**
 * Reads an input line by line; `toMessage` may return undefined for a line that is not a message, and throws ValueError for
 * one that cannot be.
 */
export async function* batches(
  path: string,
  flag: string,
  delimiter: Buffer,
  world: SourceWorld,
  toMessage: (line: Buffer) => Message | undefined,
): AsyncIterable<Batch> {
  const splitter = new Splitter(delimiter);
  let number = 0;
  const place = (): string => placeOf(path, number);
  world.position.place = place;
  // Told piece by piece, it would stand still for the many lines of one piece.
  const { progress, ...unwatched } = world;
  const take = function* (found: Iterable<Buffer>, endBytes: number): Batch {
    try {
      for (const line of found) {
        number++;
        const message = attempt(() => toMessage(line), place, world);
        if (message) yield message;
        progress?.advance(line.length + endBytes);
      }
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw new UsageError(`${placeOf(path, number + 1)}: ${error.message}`, undefined, error);
    }
  };
  for await (const piece of readPieces(path, flag, unwatched))
    yield take(splitter.cut(piece), delimiter.length);
  const rest = splitter.rest();
  if (rest && !(await wasCut(world))) yield take([rest], 0);
}

function placeOf(path: string, number: number): string {
  return `line ${number} of ${nameOf(path)}`;
}

function plain({ exchange, routingKey, properties }: Envelope): (line: Buffer) => Message {
  return (body) => ({ exchange, routingKey, properties, body });
}

/** `KEY` delimiter `BODY`: the first delimiter counts. */
function keyed(delimiter: Buffer, { exchange, properties }: Envelope): (line: Buffer) => Message {
  return (line) => {
    const end = line.indexOf(delimiter);
    if (end < 0) throw new ValueError("there is no key: the --key-delimiter is missing");
    if (end > 255) throw new ValueError("the key is longer than the 255 bytes that AMQP allows");
    const routingKey = decodeText(line.subarray(0, end));
    return { exchange, routingKey, properties, body: line.subarray(end + delimiter.length) };
  };
}
