// One text, from the command line or all of stdin.
import { catchUp } from "../time/deadline.ts";
import { readAll } from "./pieces.ts";
import type { RepeatPlan } from "./repeat.ts";
import type { Envelope, SourceWorld } from "./source.ts";

export interface MessagePlan {
  /** The flag that names it, for errors. */
  readonly flag: string;
  /** `-` is stdin. */
  readonly text: string;
  readonly repeat: RepeatPlan;
}

/** The body of -m; `-` reads stdin once, however often it is repeated. Progress is counted where it is sent. */
export function messageBodies(
  { flag, text, repeat: { times } }: MessagePlan,
  envelope: Envelope,
): (world: SourceWorld) => AsyncIterable<Buffer> {
  let body: Buffer | number | undefined = text === "-" ? undefined : Buffer.from(text);
  let count = 0;
  return async function* bodies(world) {
    body ??= await readAll(flag, "-", { ...world, progress: undefined });
    const number = ++count;
    world.position.place = () => `message ${number}`;
    if (number === 1 && times > 1) world.progress?.expect(times, "messages");
    if (typeof body !== "number") return yield body;
    world.tooLarge(envelope, body);
    // Repeated for ever, it would leave no turn to anything else.
    await catchUp();
  };
}
