// Where a stream is read from, and how far it has been read: a stream keeps its messages, so that after a reconnect, and in
// the next run, reading goes on behind the last one that was settled (rabbitmq.com/docs/streams#consuming).
import { isTaggedInt } from "../../message/exact-json.ts";
import type { Field } from "../../message/fields.ts";
import type { Delivery } from "../../message/message.ts";

/** The header of each delivery from a stream, and the argument of a subscription to one. */
export const STREAM_OFFSET = "x-stream-offset";

/** Where to begin: at the ends, at a number, at a time, or so long ago. */
export type Offset =
  | "first"
  | "last"
  | "next"
  | { readonly number: bigint }
  | { readonly seconds: number }
  | { readonly agoMs: number };

export class StreamPosition {
  readonly #start: Offset | undefined;
  /** The offsets of deliveries that are not settled yet, by delivery tag, in their order. */
  readonly #open = new Map<number, bigint>();
  /** The offsets of those that were settled before they were shown, and are still to be, in their order. */
  readonly #unshown = new Set<bigint>();
  #settled: bigint | undefined;
  /** The first delivery of a lost channel, while nothing is settled. */
  #first: bigint | undefined;
  /** When the first subscription began. */
  #begunMs: number | undefined;

  /** Undefined: wherever the broker begins. */
  constructor(start: Offset | undefined) {
    this.#start = start;
  }

  /** The largest offset up to which all is settled, and shown: the next run goes on behind it. */
  get settled(): bigint | undefined {
    const [unshown] = this.#unshown;
    if (unshown === undefined) return this.#settled;
    return unshown > 0n ? unshown - 1n : undefined;
  }

  /**
   * The argument of a subscription; undefined when the broker may choose. `nowMs` since 1970. A later subscription leaves out
   * nothing that came since the first one.
   */
  argument(nowMs: number): Field | undefined {
    if (this.#settled !== undefined) return toInt(this.#settled + 1n);
    if (this.#first !== undefined) return toInt(this.#first);
    const start = this.#start;
    if (this.#begunMs !== undefined && start !== "first" && typeof start !== "object")
      return { timestamp: Math.floor(this.#begunMs / 1000) };
    const begunMs = (this.#begunMs ??= nowMs);
    if (start === undefined || typeof start === "string") return start;
    if ("number" in start) return toInt(start.number);
    const seconds = "seconds" in start ? start.seconds : (begunMs - start.agoMs) / 1000;
    return { timestamp: Math.max(0, Math.floor(seconds)) };
  }

  /** Notes where a delivery is in its stream; those of other queues have no place. */
  arrived({ deliveryTag, properties: { headers } }: Delivery): void {
    if (headers === undefined) return;
    const offset = readOffset(headers[STREAM_OFFSET]);
    if (offset !== undefined) this.#open.set(deliveryTag, offset);
  }

  /** All deliveries up to this tag are settled. */
  settledTo(tag: number): void {
    for (const [open, offset] of this.#open) {
      if (open > tag) return;
      this.#settled = offset;
      this.#open.delete(open);
    }
  }

  /** All that has arrived is settled, but not shown yet (--ack-auto): it is in hand, whatever becomes of the channel. */
  settledOnArrival(): void {
    for (const offset of this.#open.values()) this.#unshown.add(offset);
    this.settledTo(Infinity);
  }

  /** One of those was shown. */
  shown({ properties: { headers } }: Delivery): void {
    const offset = readOffset(headers?.[STREAM_OFFSET]);
    if (offset !== undefined) this.#unshown.delete(offset);
  }

  /** The channel is gone, and its tags with it. */
  detach(): void {
    const [first] = this.#open.values();
    this.#first ??= first;
    this.#open.clear();
  }
}

function toInt(offset: bigint): Field {
  return { int: offset.toString() };
}

/** The broker writes it as a 64-bit number. */
function readOffset(field: Field | undefined): bigint | undefined {
  return isTaggedInt(field) ? BigInt(field.int) : undefined;
}
