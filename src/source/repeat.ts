// Bodies sent one by one, once or many times, numbered and sized as the flags of the sample ask.
import { pause } from "../deadline.ts";
import type { Message } from "../message.ts";
import type { Envelope, SourceWorld } from "./source.ts";

export interface RepeatPlan {
  /** 0: for ever. */
  readonly times: number;
  readonly intervalMs: number;
  readonly pubName: string | undefined;
  /** Exactly so many bytes each. */
  readonly size: number | undefined;
}

const FILL = "0123456789";

/** All bodies, then all again after the interval. Any number of times but 1 puts `i:` before each body. */
export async function* repeat(
  bodies: (world: SourceWorld) => AsyncIterable<Buffer>,
  plan: RepeatPlan,
  envelope: Envelope,
  world: SourceWorld,
): AsyncIterable<readonly Message[]> {
  for (let i = 1; plan.times === 0 || i <= plan.times; i++) {
    if (i > 1 && plan.intervalMs > 0) await pause(plan.intervalMs, world.stop);
    if (world.stop.aborted) return;
    const name = plan.pubName === undefined ? "" : `${plan.pubName}:`;
    const prefix = Buffer.from(plan.times === 1 ? "" : `${name}${i}:`);
    for await (const body of bodies(world)) {
      yield [{ ...envelope, body: resize(Buffer.concat([prefix, body]), plan.size) }];
    }
  }
}

/** Cuts between two characters, pads with 0123456789…: the result has exactly `size` bytes. */
export function resize(body: Buffer, size: number | undefined): Buffer {
  if (size === undefined || body.length === size) return body;
  let end = Math.min(body.length, size);
  // A byte 10xxxxxx continues a character of UTF-8: do not cut before it.
  while (end > 0 && end < body.length && ((body[end] ?? 0) & 0xc0) === 0x80) end--;
  const padding = FILL.repeat(Math.ceil((size - end) / FILL.length)).slice(0, size - end);
  return Buffer.concat([body.subarray(0, end), Buffer.from(padding)]);
}
