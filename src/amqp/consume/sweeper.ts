// Keeps the memory of a run small while large bodies pass through it: V8 lets some 64 MB of buffers without an owner pile up
// before it looks for them, and each body leaves several times its size behind on its way in.
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How many bytes of bodies pass between two looks. Small messages never get that far between V8's own collections. */
const LOOK_EVERY_BYTES = 4_000_000;
/** When more than this is outside V8's heap, it is swept, in some 5 ms. Bodies in hand are less (brake.ts). */
const UNTIDY_BYTES = 40_000_000;
/** Not more often: what is in use (a large prefetch, many handlers) cannot be swept away. */
const SWEEP_EVERY_BYTES = 2 * LOOK_EVERY_BYTES;

export class Sweeper {
  readonly #look: () => number;
  readonly #sweep: () => void;
  #sinceLook = 0;
  #sinceSweep = 0;

  /** `look` returns how many bytes are outside the heap, `sweep` collects those that nobody uses. */
  constructor(look = lookOutside, sweep = sweepNow) {
    this.#look = look;
    this.#sweep = sweep;
  }

  /** A body of this size came in. */
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

/** Node offers `gc` only behind a flag of V8, and only in contexts created after it was set. */
function sweepNow(): void {
  if (!collect) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc");
  }
  collect?.();
}
