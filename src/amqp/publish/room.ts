// How much a publisher holds at a time: what is on its way, and what was refused and waits to be sent again.

/** Most bytes of bodies: bounds memory for large messages. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Once full, it takes nothing until no more than this share is held, so that many messages go into one write. */
export const REFILL = 0.75;

/** Messages, and bytes of their bodies. */
interface Held {
  readonly size: number;
  readonly bytes: number;
}

/** Is less held than this share of the messages and bytes that may be? */
export function hasRoom(window: Held, retries: Held, mostMessages: number, share: number): boolean {
  return (
    window.size + retries.size < mostMessages * share &&
    window.bytes + retries.bytes < MAX_BYTES * share
  );
}
