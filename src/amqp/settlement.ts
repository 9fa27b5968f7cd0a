// Which deliveries of a channel are settled, and how: one multiple acknowledgement for a finished prefix, single frames
// for the rest. Pure bookkeeping by delivery tag; the frames go through a port.

/** What becomes of a delivery: taken, thrown away (dead-lettered), put back, or left to the end of the channel. */
export type Verdict = "ack" | "reject" | "requeue" | "leave";

/** How a channel settles. */
export interface SettlePort {
  ack(tag: number, multiple: boolean): void;
  nack(tag: number, requeue: boolean): void;
}

/** Deliveries of one channel, by tag, from the first one on. */
export class Settlement {
  readonly #port: SettlePort;
  /** Acknowledge only so many at a time, in order. */
  readonly #every: number;
  /** The verdict of each delivery from #first on; undefined while it is in hand. */
  #verdicts: (Verdict | "sent" | undefined)[] = [];
  #first = 1;
  /** Finished acknowledgements at the front that were not sent yet. */
  #prefix = 0;

  constructor(port: SettlePort, every: number) {
    this.#port = port;
    this.#every = every;
  }

  /** A delivery came in. Tags count up by one. */
  arrived(): void {
    this.#verdicts.push(undefined);
  }

  /** Deliveries that came in and have no verdict that settles them. */
  get open(): number {
    return this.#verdicts.filter((verdict) => !isSettled(verdict)).length;
  }

  /** Deliveries that are to be put back at the end. */
  get held(): number {
    return this.#verdicts.filter((verdict) => verdict === "leave").length;
  }

  /** All deliveries up to this tag are settled, and the broker was told. */
  get settledTo(): number {
    return this.#first - 1;
  }

  /** Are there acknowledgements that wait for company? */
  get isWaiting(): boolean {
    return this.#prefix > 0;
  }

  /** Acknowledges everything that came in and has no verdict yet. */
  ackAll(): void {
    for (let i = this.#prefix; i < this.#verdicts.length; i++) this.#verdicts[i] ??= "ack";
    this.flush(true);
  }

  /**
   * Puts back everything without a verdict that settles it, one by one: a quorum queue takes it back in that order, and, since
   * RabbitMQ 4.3, does not count it as a failed delivery, as it would after the end of the channel.
   */
  putBack(): void {
    for (const [i, verdict] of this.#verdicts.entries())
      if (!isSettled(verdict)) this.settle(this.#first + i, "requeue");
  }

  /** Decides on a delivery; call `flush` once after the last one of a batch. */
  settle(tag: number, verdict: Verdict): void {
    this.#verdicts[tag - this.#first] = verdict;
    if (verdict === "reject" || verdict === "requeue") this.#port.nack(tag, verdict === "requeue");
  }

  /** Sends the acknowledgements that are due; all of them at the end. */
  flush(atEnd = false): void {
    while (isSettled(this.#verdicts[this.#prefix])) this.#prefix++;
    if (this.#prefix > 0 && (atEnd || this.#prefix >= this.#every)) this.#ackPrefix();
    if (this.#every === 1) this.#ackScattered();
  }

  #ackPrefix(): void {
    const prefix = this.#verdicts.splice(0, this.#prefix);
    const lastAck = prefix.lastIndexOf("ack");
    // "Multiple" reaches back over rejected tags as well; the broker has forgotten those already.
    if (lastAck >= 0) this.#port.ack(this.#first + lastAck, lastAck > 0);
    this.#first += prefix.length;
    this.#prefix = 0;
  }

  /** Behind one that is still in hand, each is acknowledged on its own, so that it makes room for another. */
  #ackScattered(): void {
    for (let i = this.#prefix; i < this.#verdicts.length; i++) {
      if (this.#verdicts[i] !== "ack") continue;
      this.#port.ack(this.#first + i, false);
      this.#verdicts[i] = "sent";
    }
  }
}

function isSettled(verdict: Verdict | "sent" | undefined): boolean {
  return verdict !== undefined && verdict !== "leave";
}
