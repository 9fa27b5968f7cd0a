// How often each latency occurred, in bounded memory: buckets that grow with their values, as in HdrHistogram. Each power
// of two is cut into 64 buckets, so that a percentile is at most 1/64 above the exact one. Knows no clock.

/** Buckets per power of two, and its logarithm. */
const SPLIT = 64;
const SPLIT_BITS = 6;
const LARGEST = Number.MAX_SAFE_INTEGER;
const SIZE = (53 - SPLIT_BITS) * SPLIT + SPLIT;

/** A bucket, or several of them: values from `from` to `to`, both included. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Whole numbers from 0 to 2^53 - 1; what is below or above counts as that end. */
export class Histogram {
  readonly #counts: Float64Array;
  #count = 0;
  #sum = 0;
  #max = 0;

  constructor(counts = new Float64Array(SIZE)) {
    this.#counts = counts;
  }

  get count(): number {
    return this.#count;
  }

  /** Exact; 0 when there is no value. */
  get mean(): number {
    return this.#sum / (this.#count || 1);
  }

  /** The largest value; exact, but for a histogram that `since` has made: there the end of its bucket. */
  get max(): number {
    return this.#max;
  }

  record(value: number): void {
    const whole = value > 0 ? Math.min(Math.floor(value), LARGEST) : 0;
    const index = indexOf(whole);
    // Typed arrays read 0 where nothing is, but the compiler does not know that the index is always within.
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#count++;
    this.#sum += whole;
    if (whole > this.#max) this.#max = whole;
  }

  /** The value that `share` of all values do not exceed (0 to 1), at most 1/64 too large; 0 when there is none. */
  percentile(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.#count));
    let seen = 0;
    for (let index = 0; index < SIZE; index++) {
      seen += this.#counts[index] ?? 0;
      if (seen >= rank) return Math.min(endOf(index), this.#max);
    }
    return this.#max;
  }

  /** A copy that stays as it is. */
  snapshot(): Histogram {
    const copy = new Histogram(this.#counts.slice());
    copy.#count = this.#count;
    copy.#sum = this.#sum;
    copy.#max = this.#max;
    return copy;
  }

  /** What was recorded since an earlier snapshot of this histogram. */
  since(earlier: Histogram): Histogram {
    const rest = new Histogram();
    rest.#sum = this.#sum - earlier.#sum;
    for (let index = 0; index < SIZE; index++) {
      const count = (this.#counts[index] ?? 0) - (earlier.#counts[index] ?? 0);
      if (count <= 0) continue;
      rest.#counts[index] = count;
      rest.#count += count;
      rest.#max = Math.min(endOf(index), this.#max);
    }
    return rest;
  }

  /** From the first to the last bin with values, `perDoubling` (1 to 64, a power of two) for each power of two from 64 on. */
  bins(perDoubling: number): readonly Bin[] {
    const step = SPLIT / perDoubling;
    const bins: Bin[] = [];
    for (let start = 0; start < SIZE && startOf(start) <= this.#max; start += step) {
      const count = this.#counts.subarray(start, start + step).reduce((sum, n) => sum + n, 0);
      if (count > 0 || bins.length > 0)
        bins.push({ from: startOf(start), to: endOf(start + step - 1), count });
    }
    return bins;
  }
}

/** The bucket of a value: below 64 each has its own. */
function indexOf(value: number): number {
  if (value < SPLIT) return value;
  // Of more than 31 bits the lowest 24 never decide on the bucket.
  const isLong = value >= 2 ** 31;
  const head = isLong ? Math.floor(value / 2 ** 24) : value;
  const shift = 31 - SPLIT_BITS - Math.clz32(head);
  return (isLong ? shift + 24 : shift) * SPLIT + (head >>> shift);
}

/** The smallest value of a bucket. */
function startOf(index: number): number {
  if (index < SPLIT) return index;
  const exponent = Math.floor(index / SPLIT) - 1;
  return ((index % SPLIT) + SPLIT) * 2 ** exponent;
}

function endOf(index: number): number {
  return startOf(index + 1) - 1;
}
