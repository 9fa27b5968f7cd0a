// What sinks and formats are.
import type { Delivery } from "../message/message.ts";
import type { Paint } from "../ui/color.ts";

/** Takes a batch; resolves when all of it has left this process. Only then may it be settled. */
export type Sink = (batch: readonly Delivery[]) => Promise<void>;

/** How messages are shown, wherever that is. */
export interface Look {
  readonly isTerminal: boolean;
  readonly paint: Paint;
}

/**
 * How one message looks on standard output: its parts, each of which is written before the next one is asked for when they are
 * large. On a terminal, nothing in it may act on the terminal.
 */
export type Format = (delivery: Delivery, look: Look) => Iterable<Buffer>;
