// Each file is one message, byte for byte; `-` is stdin.
import { UsageError } from "../errors.ts";
import { expectBytes, isPipe, isRegular, nameOf, readAll, readBody, unreadable } from "./pieces.ts";
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
  const read = async (path: string, world: SourceWorld): Promise<Buffer | number> => {
    if (times !== 1 && (await isPipe(path)))
      throw new UsageError(
        `--nb-messages excludes ${flag} ${nameOf(path)}`,
        "a pipe can be read once",
      );
    if (!(await isRegular(path))) return readAll(flag, path, { ...world, progress: undefined });
    return readBody(path).catch((error: unknown) => {
      throw unreadable(flag, path, error);
    });
  };
  return async function* bodies(world) {
    if (isFirst) await expectBytes(paths, times, world.progress);
    isFirst = false;
    for (const path of paths) {
      if (world.stop.aborted) return;
      world.position.place = () => nameOf(path);
      const body = await read(path, world);
      if (typeof body === "number") world.tooLarge(envelope, body);
      else yield body;
      world.progress?.advance(typeof body === "number" ? body : body.length);
    }
  };
}
