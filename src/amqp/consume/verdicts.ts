// The verdicts on the deliveries of a channel, and how the broker is told: one frame for each run of equal ones in the finished
// prefix, single frames for the rest. Pure bookkeeping by delivery tag; the frames go through a port.

/** What becomes of a delivery: taken, thrown away (dead-lettered), put back, or left to the end of the channel. */
export type Verdict = "ack" | "reject" | "requeue" | "leave";

/**
 * How many verdicts, in frames, RabbitMQ hands on to a quorum queue before that has stored the first; what waits behind them is
 * sorted again.
 */
export const HANDED_ON_AT_ONCE = 32;

/** How a channel settles. */
export interface SettlePort {
  ack(tag: number, multiple: boolean): void;
  nack(tag: number, multiple: boolean, requeue: boolean): void;
}

/** What waits to be told; what is put back is told at once. */
type Telling = "ack" | "reject";

/** The verdicts of one channel, by delivery tag, from the first one on. */
export class Verdicts {
  readonly #port: SettlePort;
  /** Acknowledge only this many at a time, in order. */
  readonly #every: number;
  /** The verdict of each delivery from #first on; undefined while it is in hand. */
  #verdicts: (Verdict | "sent" | undefined)[] = [];
  #first = 1;
  /** Finished deliveries at the front that are not forgotten yet. */
  #prefix = 0;
  #frames = 0;
  #held = 0;

  constructor(port: SettlePort, every: number) {
    this.#port = port;
    this.#every = every;
  }

  /** A delivery came in. Tags count up by one. */
  arrived(): void {
    this.#verdicts.push(undefined);
  }

  /** Deliveries of which the broker was told nothing yet. */
  get unacked(): number {
    return this.#verdicts.filter((verdict) => verdict !== "sent").length;
  }

  /** Deliveries that somebody still works on. */
  get undecided(): number {
    return this.#verdicts.filter((verdict) => verdict === undefined).length;
  }

  /** Deliveries that are to be put back at the end. */
  get held(): number {
    return this.#held;
  }

  /** Was the broker told what became of this delivery? */
  isTold(tag: number): boolean {
    return tag < this.#first || this.#verdicts[tag - this.#first] === "sent";
  }

  /** All deliveries up to this tag are settled, and the broker was told. */
  get settledTo(): number {
    return this.#first - 1;
  }

  /** Are there verdicts that wait for company? */
  get isWaiting(): boolean {
    return this.#verdicts.some(isUntold);
  }

  /** Frames sent so far. */
  get frames(): number {
    return this.#frames;
  }

  /** Acknowledges everything that came in and has no verdict yet. */
  ackAll(): void {
    for (let i = this.#prefix; i < this.#verdicts.length; i++) this.#verdicts[i] ??= "ack";
    this.flush(true);
  }

  /**
   * Puts back everything without a verdict that settles it; after `flush(true)`. A quorum queue takes it back in that order,
   * and, since RabbitMQ 4.3, does not count it as a failed delivery, as it would after the end of the channel.
   */
  putBack(): void {
    if (this.unacked > HANDED_ON_AT_ONCE) return this.#putBackTogether();
    for (const [i, verdict] of this.#verdicts.entries())
      if (!isSettled(verdict)) this.settle(this.#first + i, "requeue");
  }

  #putBackTogether(): void {
    // The broker refuses a tag that it was told of before.
    const last = this.#verdicts.findLastIndex((verdict) => verdict !== "sent");
    this.#send(this.#first + last, "requeue", true);
    this.#verdicts.fill("sent");
    this.#held = 0;
  }

  /** Decides on a delivery; call `flush` once after the last one of a batch. */
  settle(tag: number, verdict: Verdict): void {
    const i = tag - this.#first;
    this.#held += Number(verdict === "leave") - Number(this.#verdicts[i] === "leave");
    this.#verdicts[i] = verdict === "requeue" ? "sent" : verdict;
    if (verdict === "requeue") this.#send(tag, verdict, false);
  }

  /** Sends the verdicts that are due; all of them at the end. */
  flush(atEnd = false): void {
    while (isSettled(this.#verdicts[this.#prefix])) this.#prefix++;
    if (this.#prefix > 0 && (atEnd || this.#prefix >= this.#every)) this.#sendPrefix();
    if (atEnd || this.#every === 1) this.#sendScattered();
  }

  /** One frame for each run: "multiple" reaches back over all that the broker has not forgotten yet. */
  #sendPrefix(): void {
    const prefix = this.#verdicts.splice(0, this.#prefix);
    const untold = [...prefix.keys()].filter((i) => isUntold(prefix[i]));
    let runLength = 0;
    for (const [j, i] of untold.entries()) {
      runLength++;
      const verdict = prefix[i];
      if (!isUntold(verdict) || prefix[untold[j + 1] ?? -1] === verdict) continue;
      this.#send(this.#first + i, verdict, runLength > 1);
      runLength = 0;
    }
    this.#first += prefix.length;
    this.#prefix = 0;
  }

  /** Behind one that is still in hand, each is settled on its own, so that it makes room for another. */
  #sendScattered(): void {
    for (let i = this.#prefix; i < this.#verdicts.length; i++) {
      const verdict = this.#verdicts[i];
      if (!isUntold(verdict)) continue;
      this.#send(this.#first + i, verdict, false);
      this.#verdicts[i] = "sent";
    }
  }

  #send(tag: number, verdict: Telling | "requeue", multiple: boolean): void {
    this.#frames++;
    if (verdict === "ack") this.#port.ack(tag, multiple);
    else this.#port.nack(tag, multiple, verdict === "requeue");
  }
}

function isSettled(verdict: Verdict | "sent" | undefined): boolean {
  return verdict !== undefined && verdict !== "leave";
}

function isUntold(verdict: Verdict | "sent" | undefined): verdict is Telling {
  return verdict === "ack" || verdict === "reject";
}
