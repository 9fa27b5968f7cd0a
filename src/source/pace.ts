// When messages are sent: so many a second (--rate), or with the gaps they were recorded with (--speed).
import { Pace } from "../time/pace.ts";
import type { Batch, SourceWorld } from "./source.ts";

/** At most this many messages a second, evenly. */
export async function* paced(
  batches: AsyncIterable<Batch>,
  perSecond: number,
  { stop }: Pick<SourceWorld, "stop">,
): AsyncIterable<Batch> {
  const pace = new Pace(stop);
  for await (const batch of batches) {
    for (const message of batch) {
      await pace.next(1000 / perSecond);
      if (stop.aborted) return;
      yield [message];
    }
  }
}

/** The gaps between moments in time, `speed` times as short; 0 for those that are unknown or go backwards. */
export function gaps(speed: number): (at: number | undefined) => number {
  let last: number | undefined;
  return (at) => {
    const gap = at === undefined || last === undefined ? 0 : Math.max(0, at - last) / speed;
    last = at ?? last;
    return gap;
  };
}
