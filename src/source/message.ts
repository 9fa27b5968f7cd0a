// One text, from the command line or all of stdin.
import { readAll } from "./pieces.ts";
import type { SourceWorld } from "./source.ts";

/** The body of -m; `-` reads stdin once, however often it is repeated. */
export function messageBodies(
  text: string,
  times: number,
): (world: SourceWorld) => AsyncIterable<Buffer> {
  let body: Buffer | undefined = text === "-" ? undefined : Buffer.from(text);
  let isFirst = true;
  let count = 0;
  return async function* bodies(world) {
    body ??= await readAll("--message", "-", { ...world, progress: undefined });
    const number = ++count;
    world.position.place = () => `message ${number}`;
    if (isFirst && times > 1) world.progress?.expect(times, "messages");
    isFirst = false;
    yield body;
    world.progress?.advance(1);
  };
}
