// The wait at the end of a channel, for what it has settled to be stored.
import { pause, within } from "../../time/deadline.ts";
import type { Link } from "../session/link.ts";
import { HANDED_ON_AT_ONCE, type Verdicts } from "./verdicts.ts";

/** How much longer a queue takes to store than to answer. */
const STORING_MS = 20;
const LONGEST_STORING_MS = 1000;

/**
 * Gives the broker time to take in what a channel has settled: what its quorum queues have not got when the channel closes is
 * forgotten, and acknowledged messages come again. `answerMs`: how long they took to answer lately. See
 * docs/adr/0029-time-to-take-in-acknowledgements.md.
 */
export async function awaitStored(
  { channel, lost }: Link,
  { frames }: Verdicts,
  answerMs: number,
): Promise<void> {
  if (frames <= HANDED_ON_AT_ONCE) return;
  const taking = async (): Promise<void> => {
    // Changes nothing: its answer means that the frames before it were read.
    await channel.prefetch(0);
    await pause(Math.min(STORING_MS + 2 * answerMs, LONGEST_STORING_MS));
  };
  await within(LONGEST_STORING_MS, Promise.race([taking(), lost])).catch(() => {});
}
