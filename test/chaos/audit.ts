// What became of numbered messages: compares what the publisher says it has delivered with what a consumer has read.
// Pure; which files and processes the numbers come from is up to scenario.ts.

/** One message as a consumer has shown it. */
export interface Sight {
  readonly number: number;
  /** Marked by the broker as given to some consumer before. */
  readonly redelivered: boolean;
}

/** Numbers as they were printed, in that order. */
export interface Evidence {
  /** Numbers 1 to `messages` were given to the publisher. */
  readonly messages: number;
  /** Those it has shown as sent. */
  readonly confirmed: readonly number[];
  /** Those a consumer has shown. */
  readonly received: readonly Sight[];
}

export interface Findings {
  readonly confirmed: number;
  /** Shown as sent more than once. */
  readonly confirmedTwice: number;
  /** Confirmed, but never received. */
  readonly lost: number;
  /** Which these are: `3-7 9`. */
  readonly lostRanges: string;
  /** Received once more than needed, each time counted. */
  readonly duplicates: number;
  /** Seen for the first time after one that was given later, although no consumer before has had it. */
  readonly outOfOrder: number;
  /** The same, but had by a consumer that was lost: where the broker puts those back is its own affair. */
  readonly putBackLate: number;
  /** Received, but never given. */
  readonly foreign: number;
}

export function audit({ messages, confirmed, received }: Evidence): Findings {
  const isGiven = (number: number): boolean => number >= 1 && number <= messages;
  const seen = new Set<number>();
  const late = { true: 0, false: 0 };
  let [duplicates, foreign, highest] = [0, 0, 0];
  for (const { number, redelivered } of received) {
    if (!isGiven(number)) foreign++;
    else if (seen.has(number)) duplicates++;
    else if (number < highest) late[`${redelivered}`]++;
    if (isGiven(number)) seen.add(number);
    highest = Math.max(highest, number);
  }
  const distinct = new Set(confirmed);
  const missing = [...distinct].filter((number) => !seen.has(number));
  const confirmedTwice = confirmed.length - distinct.size;
  const [outOfOrder, putBackLate] = [late.false, late.true];
  return {
    confirmed: distinct.size,
    confirmedTwice,
    lost: missing.length,
    lostRanges: ranges(missing),
    duplicates,
    outOfOrder,
    putBackLate,
    foreign,
  };
}

/** Rising numbers as ranges. */
function ranges(numbers: readonly number[]): string {
  const found: { readonly first: number; last: number }[] = [];
  for (const number of numbers) {
    const open = found.at(-1);
    if (open && number === open.last + 1) open.last = number;
    else found.push({ first: number, last: number });
  }
  return found
    .map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`))
    .join(" ");
}
