// When a broker refuses every message on a channel, another channel may help: one that was opened while a quorum queue had no
// leader refuses for ever (seen on RabbitMQ 3.10). But the queue may just as well be full, so that is tried only a few times.
import { Unreachable, type Failure } from "../../errors.ts";
import type { Link } from "../session/link.ts";
import type { Entry } from "./entry.ts";

/** How many channels in a row may bring no ack before the queue itself is taken to refuse. */
const MOST = 3;

/** May it be the channel that refuses, as one may that was opened after a loss and has taken nothing? */
export function mayBeStuck(
  { generation }: Link,
  { hasAcked }: { readonly hasAcked: boolean },
): boolean {
  return generation > 1 && !hasAcked;
}

export class Renewals {
  #count = 0;
  #last: Failure | undefined;

  /** The broker has confirmed something, so the channel works. */
  acked(): void {
    this.#count = 0;
  }

  /** A connection was lost: one that we have given up ourselves does not count as another chance. */
  lost(reason: Failure): void {
    if (reason !== this.#last) this.#count = 0;
  }

  /** May another channel be tried? Counts it then. */
  next(): boolean {
    if (this.#count >= MOST) return false;
    this.#count++;
    return true;
  }

  /** Gives up a connection that has nacked these again, and says why; undefined when that was tried often enough. */
  giveUp(nacked: readonly Entry[]): Failure | undefined {
    if (nacked.every(({ nacks }) => nacks === 0) || !this.next()) return undefined;
    this.#last = new Unreachable("the broker refuses every message on this channel");
    return this.#last;
  }
}
