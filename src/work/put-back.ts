// Puts messages back into their queue, never in a hot loop: one that comes again and again waits longer each time.
import { createHash } from "node:crypto";
import type { Intake } from "../amqp/consume/intake.ts";
import { toTimer } from "../time/deadline.ts";
import type { Delivery } from "../message/message.ts";

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 30_000;
/** How many messages that were put back are remembered. */
const REMEMBERED = 1000;

export class PutBack {
  readonly #intake: Pick<Intake, "settle">;
  readonly #waiting = new Map<Delivery, NodeJS.Timeout>();
  /** How often each was put back, by what it holds; the oldest first. */
  readonly #times = new Map<string, number>();
  #isEnding = false;

  constructor(intake: Pick<Intake, "settle">) {
    this.#intake = intake;
  }

  /**
   * At once when it is new; one that was delivered before waits here first, and counts as in hand meanwhile. Returns the
   * milliseconds that it waits.
   */
  put(delivery: Delivery): number {
    const times = this.#count(delivery);
    // It waits as it came: decompressed, many would fill the memory.
    const came = { ...delivery, ...delivery.compressed };
    const putNow = (): void => {
      this.#waiting.delete(came);
      this.#intake.settle([came], "requeue");
    };
    if (!delivery.redelivered || this.#isEnding) {
      putNow();
      return 0;
    }
    const delay = Math.min(FIRST_DELAY_MS * 2 ** (times - 1), LONGEST_DELAY_MS);
    this.#waiting.set(came, setTimeout(putNow, toTimer(delay)));
    return delay;
  }

  /** Does anything wait? */
  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** The run is over: nothing waits any longer. */
  end(): void {
    this.#isEnding = true;
    for (const [delivery, timer] of this.#waiting) {
      clearTimeout(timer);
      this.#intake.settle([delivery], "requeue");
    }
    this.#waiting.clear();
  }

  #count({ exchange, routingKey, properties, body }: Delivery): number {
    const known = [exchange, routingKey, properties.messageId, properties.correlationId];
    const key = createHash("sha1").update(JSON.stringify(known)).update(body).digest("base64");
    const times = (this.#times.get(key) ?? 0) + 1;
    this.#times.delete(key);
    this.#times.set(key, times);
    const [oldest] = this.#times.keys();
    if (this.#times.size > REMEMBERED && oldest !== undefined) this.#times.delete(oldest);
    return times;
  }
}
