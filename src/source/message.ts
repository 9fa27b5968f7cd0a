// One text, from the command line or all of stdin.
import { readAll } from "./stdin.ts";
import type { SourceWorld } from "./source.ts";

/** The body of -m; `-` reads stdin once, however often it is repeated. */
export function messageBodies(text: string): (world: SourceWorld) => AsyncIterable<Buffer> {
  let body: Buffer | undefined = text === "-" ? undefined : Buffer.from(text);
  return async function* bodies(world) {
    body ??= await readAll(world);
    yield body;
  };
}
