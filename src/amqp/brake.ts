// Keeps what has arrived and waits for a slow reader from filling the memory: reading from the connection stops, and TCP
// makes the broker wait. Now and then a little is read nevertheless, for RabbitMQ closes a connection that takes nothing for
// 30 seconds (the send_timeout of its listeners; measured on 3.10, 4.0 and 4.3).
import type { Valve } from "./wire.ts";

/** More waiting than this, and reading stops. The same again may be in hand, on its way to the reader. */
const FULL_BYTES = 8 * 1024 * 1024;
/** A delivery takes memory besides its body. */
const DELIVERY_BYTES = 512;
/** Two of these within the broker's patience. */
const SIP_EVERY_MS = 12_000;
/** What is read then: enough for the kernel to tell the broker that there is room again. */
const SIP_BYTES = 256 * 1024;

export class Brake {
  readonly #valve: Valve;
  #bytes = 0;
  #limit = FULL_BYTES;
  #sipping: NodeJS.Timeout | undefined;

  constructor(valve: Valve) {
    this.#valve = valve;
  }

  /** Too much waits: nothing more should be asked for. */
  get isOn(): boolean {
    return this.#sipping !== undefined;
  }

  /** A delivery came in, with a body of so many bytes. */
  arrived(bytes: number): void {
    this.#bytes += bytes + DELIVERY_BYTES;
    if (this.#bytes <= this.#limit) return;
    this.#valve.close();
    // The connection keeps the process alive; when it has gone, nothing is left to brake.
    this.#sipping ??= setInterval(() => this.#sip(), SIP_EVERY_MS).unref();
  }

  /** Nothing waits any longer. */
  release(): void {
    this.#bytes = 0;
    this.#limit = FULL_BYTES;
    if (!this.#sipping) return;
    clearInterval(this.#sipping);
    this.#sipping = undefined;
    this.#valve.open();
  }

  #sip(): void {
    this.#limit = this.#bytes + SIP_BYTES;
    this.#valve.open();
  }
}
