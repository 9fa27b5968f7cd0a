// One message on its way, and what the broker has said of it.
import type { Reply } from "../../errors.ts";
import type { Message } from "../../message/message.ts";

export interface Entry {
  readonly message: Message;
  /** Counts messages in the order in which they were added first. */
  readonly serial: number;
  /** How often the broker has nacked it (basic.nack). */
  readonly nacks: number;
  /** When it was taken, by the meter's clock; 0 without a meter. */
  readonly takenAt: number;
  /** The broker could not route it: its basic.return, which comes before its ack. */
  returned: Reply | undefined;
  state: "open" | "acked" | "nacked";
}

/** Has the broker not settled it yet? */
export function isOpen(entry: Entry | undefined): entry is Entry {
  return entry?.state === "open";
}

/** As they were added first. */
export function bySerial(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted((a, b) => a.serial - b.serial);
}

/** The same message, of which the broker has not yet said anything. */
export function asOpen({ message, serial, takenAt }: Entry, nacks: number): Entry {
  return { message, serial, nacks, takenAt, returned: undefined, state: "open" };
}
