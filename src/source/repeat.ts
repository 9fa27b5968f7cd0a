// Bodies sent one by one, once or many times, numbered as the flags of the sample ask.
import { now } from "../time/clock.ts";
import { pause } from "../time/deadline.ts";
import type { Batch, Envelope, SourceWorld } from "./source.ts";

export interface RepeatPlan {
  /** 0: for ever. */
  readonly times: number;
  readonly intervalMs: number;
  readonly pubName: string | undefined;
}

/** All bodies, then all again after the interval. Any number of times but 1 puts `i:` before each body. */
export async function* repeat(
  bodies: (world: SourceWorld) => AsyncIterable<Buffer>,
  plan: RepeatPlan,
  envelope: Envelope,
  world: SourceWorld,
): AsyncIterable<Batch> {
  let due = now();
  for (let i = 1; plan.times === 0 || i <= plan.times; i++) {
    // By the clock, so that the time for sending does not add up; after a hold-up there is no burst.
    if (i > 1) due = Math.max(due + plan.intervalMs, now());
    if (due > now()) await pause(due - now(), world.stop);
    if (world.stop.aborted) return;
    const name = plan.pubName === undefined ? "" : `${plan.pubName}:`;
    const prefix = plan.times === 1 ? undefined : Buffer.from(`${name}${i}:`);
    for await (const body of bodies(world)) {
      yield [{ ...envelope, body: prefix ? Buffer.concat([prefix, body]) : body }];
    }
  }
}
