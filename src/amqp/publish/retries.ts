// Messages that the broker has refused (basic.nack), until it is time to send them again.
import type { Entry } from "./entry.ts";

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;

/** Holds refused entries back for a while: longer each time, and not for quite the same time as other publishers. */
export class Retries {
  readonly #again: (entry: Entry) => void;
  /** The same for all entries: those that were refused equally often come again in the order of refusal. */
  readonly #patience = 0.5 + Math.random() / 2;
  readonly #timers = new Map<Entry, NodeJS.Timeout>();
  #bytes = 0;

  /** `again` gets each entry when it is due. */
  constructor(again: (entry: Entry) => void) {
    this.#again = again;
  }

  get size(): number {
    return this.#timers.size;
  }

  /** Bytes of their bodies. */
  get bytes(): number {
    return this.#bytes;
  }

  add(entry: Entry): void {
    const longest = Math.min(FIRST_DELAY_MS * 2 ** entry.nacks, LONGEST_DELAY_MS);
    // The session keeps the process alive, not this timer.
    const timer = setTimeout(() => this.#due(entry), longest * this.#patience).unref();
    this.#timers.set(entry, timer);
    this.#bytes += entry.message.body.length;
  }

  #due(entry: Entry): void {
    this.#timers.delete(entry);
    this.#bytes -= entry.message.body.length;
    this.#again(entry);
  }

  /** Takes out all that wait, to be sent at once instead. */
  takeAll(): readonly Entry[] {
    this.stop();
    const entries = [...this.#timers.keys()];
    this.#timers.clear();
    this.#bytes = 0;
    return entries;
  }

  /** There will be no other try. */
  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }
}
