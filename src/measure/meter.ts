// What a run is measured by: plain counters that cost a message some nanoseconds, and a histogram of latencies. Who reads
// them, and how often, is spans.ts; a run that is not measured has no meter.
import type { Delivery } from "../message/message.ts";
import { readSentAt } from "../message/sent-at.ts";
import { Histogram } from "./histogram.ts";

/** The clocks of a meter. */
export interface MeterClocks {
  /** Milliseconds since some moment. */
  readonly steady: () => number;
  /** Microseconds since 1970. */
  readonly wall: () => number;
}

/** What can be read of a run, from time to time. */
export interface Gauges {
  /** Messages in flight, or delivered and not settled; undefined where nobody knows (no confirms; no channel at the moment). */
  readonly open: () => number | undefined;
  /** What became of the messages, by name, for the report. */
  readonly account: () => Readonly<Record<string, number>>;
}

export class Meter {
  /** Microseconds: to the confirm in a publisher, from end to end in a consumer. */
  readonly latency = new Histogram();
  readonly #clocks: MeterClocks;
  #messages = 0;
  #bytes = 0;
  #early = 0;
  #gauges: Gauges | undefined;

  constructor(clocks: MeterClocks) {
    this.#clocks = clocks;
  }

  get messages(): number {
    return this.#messages;
  }

  /** Bytes of their bodies. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Deliveries that came before they were sent, by the clocks of the two sides; their latency counts as 0. */
  get early(): number {
    return this.#early;
  }

  get gauges(): Gauges | undefined {
    return this.#gauges;
  }

  /** The moment, for `completed`. */
  now(): number {
    return this.#clocks.steady();
  }

  /** From now on the run can be looked at. */
  watch(gauges: Gauges): void {
    this.#gauges = gauges;
  }

  /** A message is handed over, confirmed or answered. `since`, the moment it was taken, is given where latency counts. */
  completed(size: number, since: number | undefined): void {
    this.#messages++;
    this.#bytes += size;
    if (since !== undefined) this.latency.record((this.#clocks.steady() - since) * 1000);
  }

  /** Deliveries are taken in hand. */
  received(batch: readonly Delivery[]): void {
    this.#messages += batch.length;
    let wall: number | undefined;
    for (const { body, properties } of batch) {
      this.#bytes += body.length;
      const sentAt = properties.headers && readSentAt(properties);
      if (sentAt === undefined) continue;
      wall ??= this.#clocks.wall();
      if (wall < sentAt) this.#early++;
      this.latency.record(wall - sentAt);
    }
  }
}
