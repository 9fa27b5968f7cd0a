// Keeps the memory of a run small while large bodies pass through it: V8 lets some 64 MB of buffers without an owner pile up
// before it looks for them, and each body leaves several times its size behind on its way in.
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Looked at each time so many bytes of bodies have passed: small messages never get that far between V8's own rounds. */
const LOOK_EVERY_BYTES = 4_000_000;
/** More than this outside of V8's heap, and it is swept: some 5 ms. Bodies in hand are less (brake.ts). */
const UNTIDY_BYTES = 40_000_000;
/** What is in use (a large prefetch, many handlers) is not swept for again and again. */
const SWEEP_EVERY_BYTES = 2 * LOOK_EVERY_BYTES;

export class Sweeper {
  readonly #look: () => number;
  readonly #sweep: () => void;
  #sinceLook = 0;
  #sinceSweep = 0;

  /** `look` tells how many bytes are outside of the heap, `sweep` collects those that nobody uses. */
  constructor(look = lookOutside, sweep = sweepNow) {
    this.#look = look;
    this.#sweep = sweep;
  }

  /** A body of so many bytes came in. */
  passed(bytes: number): void {
    this.#sinceLook += bytes;
    this.#sinceSweep += bytes;
    if (this.#sinceLook < LOOK_EVERY_BYTES) return;
    this.#sinceLook = 0;
    if (this.#sinceSweep < SWEEP_EVERY_BYTES || this.#look() < UNTIDY_BYTES) return;
    this.#sinceSweep = 0;
    this.#sweep();
  }
}

function lookOutside(): number {
  return getHeapStatistics().external_memory;
}

let collect: (() => void) | undefined;

/** Node gives its `gc` only by a flag of V8, and to contexts made after it was set. */
function sweepNow(): void {
  if (!collect) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc");
  }
  collect?.();
}
