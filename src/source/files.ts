// Each file is one message, byte for byte; `-` is stdin.
import { UsageError } from "../errors.ts";
import { expectBytes, isPipe, nameOf, readAll, readBody, unreadable } from "./pieces.ts";
import type { RepeatPlan } from "./repeat.ts";
import type { Envelope, InputPlan, SourceWorld } from "./source.ts";

export interface FilesPlan extends InputPlan {
  readonly repeat: RepeatPlan;
}

/** The files' contents in order, one at a time in memory. @throws UsageError naming a file that cannot be read */
export function fileBodies(
  { flag, paths, repeat: { times } }: FilesPlan,
  envelope: Envelope,
): (world: SourceWorld) => AsyncIterable<Buffer> {
  let isFirst = true;
  const readPipe = async (path: string, world: SourceWorld): Promise<Buffer> => {
    if (times === 1) return readAll(flag, path, { ...world, progress: undefined });
    throw new UsageError(
      `--nb-messages excludes ${flag} ${nameOf(path)}`,
      "a pipe can be read once",
    );
  };
  const read = async (path: string): Promise<Buffer | number> =>
    readBody(path).catch((error: unknown) => {
      throw unreadable(flag, path, error);
    });
  return async function* bodies(world) {
    if (isFirst) await expectBytes(paths, times, world.progress);
    isFirst = false;
    for (const path of paths) {
      if (world.stop.aborted) return;
      world.position.place = () => nameOf(path);
      const body = (await isPipe(path)) ? await readPipe(path, world) : await read(path);
      if (typeof body === "number") world.tooLarge(envelope, body);
      else yield body;
      const bytes = typeof body === "number" ? body : body.length;
      if (path !== "-") world.progress?.advance(bytes);
    }
  };
}
