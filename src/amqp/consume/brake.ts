// Keeps what has arrived and waits for a slow reader from filling the memory: reading from the connection stops, and TCP
// makes the broker wait. Now and then a little is still read, because RabbitMQ closes a connection that takes nothing for
// 30 seconds (the send_timeout of its listeners; measured on 3.10, 4.0 and 4.3).
import type { Delivery } from "../../message/message.ts";
import type { Valve } from "../wire/wire.ts";

/** When more than this waits, reading stops. As much again may be in hand, on its way to the reader. */
const FULL_BYTES = 4 * 1024 * 1024;
/** A delivery takes memory besides its body, and bytes on the connection. */
const DELIVERY_BYTES = 512;
const FRAMING_BYTES = 80;
/** Two of these within the broker's patience. */
const SIP_EVERY_MS = 12_000;
/** How much is read then. With less, the broker's kernel would not see enough room to go on (measured: 256 KiB is too little). */
const SIP_BYTES = 1536 * 1024;

/** One for a connection, on which these wait already, and an answer may be awaited. */
export function openBrake(
  valve: Valve,
  arrived: readonly Delivery[],
  awaited: Promise<unknown> | undefined,
): Brake {
  const brake = new Brake(valve);
  if (awaited) void brake.liftFor(awaited);
  for (const { body } of arrived) brake.arrived(body.length);
  return brake;
}

export class Brake {
  readonly #valve: Valve;
  /** Memory that waiting deliveries take. */
  #waiting = 0;
  /** What is still to be read of the current sip. */
  #sip = 0;
  #sipping: NodeJS.Timeout | undefined;
  /** How many callers wait for an answer. */
  #lifts = 0;

  constructor(valve: Valve) {
    this.#valve = valve;
  }

  /** Too much waits: nothing more should be asked for. */
  get isOn(): boolean {
    return this.#sipping !== undefined;
  }

  /** A delivery came in. `bytes` is the size of its body. */
  arrived(bytes: number): void {
    this.#waiting += bytes + DELIVERY_BYTES;
    this.#sip -= bytes + FRAMING_BYTES;
    this.#slow();
  }

  /** Nothing waits any longer. */
  release(): void {
    this.#waiting = 0;
    this.#open();
  }

  /** Reads on until the answer is here, however much waits: it comes after everything the broker sent before it. */
  async liftFor<T>(answer: Promise<T>): Promise<T> {
    this.#lifts++;
    this.#open();
    try {
      return await answer;
    } finally {
      this.#lifts--;
      this.#slow();
    }
  }

  #slow(): void {
    if (this.#waiting <= FULL_BYTES || this.#sip > 0 || this.#lifts > 0) return;
    this.#valve.close();
    // The connection keeps the process alive; once that has gone, there is nothing left to brake.
    this.#sipping ??= setInterval(() => this.#takeSip(), SIP_EVERY_MS).unref();
  }

  #open(): void {
    this.#sip = 0;
    if (!this.#sipping) return;
    clearInterval(this.#sipping);
    this.#sipping = undefined;
    this.#valve.open();
  }

  #takeSip(): void {
    this.#sip = SIP_BYTES;
    this.#valve.open();
  }
}
