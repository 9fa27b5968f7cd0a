// Messages that the broker has refused (basic.nack), until it is time to send them again.
import type { Entry } from "./window.ts";

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;

/** Holds refused entries back for a while: longer each time, and never quite as long as another publisher. */
export class Retries {
  readonly #again: (entries: readonly Entry[]) => void;
  #entries: Entry[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** `again` gets what is due, in the order of refusal. */
  constructor(again: (entries: readonly Entry[]) => void) {
    this.#again = again;
  }

  get size(): number {
    return this.#entries.length;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    const longest = Math.min(FIRST_DELAY_MS * 2 ** entry.nacks, LONGEST_DELAY_MS);
    // Not what keeps the process alive: the session does, while there is one.
    const delay = longest * (0.5 + Math.random() / 2);
    this.#timer ??= setTimeout(() => this.#again(this.takeAll()), delay).unref();
  }

  /** Those that wait, for whoever sends them at once instead; nothing waits any more. */
  takeAll(): readonly Entry[] {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#entries.splice(0);
  }

  /** There will be no other try. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}
