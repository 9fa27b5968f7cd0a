// Notices a broker that lives, as its heartbeats tell, but settles nothing for too long.
import { now } from "../../time/clock.ts";
import { catchUp, toTimer } from "../../time/deadline.ts";

/** Runs while there is a connection. It never keeps the process alive. */
export class Watchdog {
  readonly #timeoutMs: number;
  readonly #isIdle: () => boolean;
  #timer: NodeJS.Timeout | undefined;
  #fedAt = 0;

  /** A timeout of 0 is none. While `isIdle`, nothing is expected of the broker. */
  constructor(timeoutMs: number, isIdle: () => boolean) {
    this.#timeoutMs = timeoutMs;
    this.#isIdle = isIdle;
  }

  /** Calls `bark` when the broker has settled nothing for the timeout, or up to a quarter of it later. */
  start(bark: () => void): void {
    this.stop();
    this.feed();
    if (this.#timeoutMs === 0) return;
    const check = async (): Promise<void> => {
      if (!this.#isHungry()) return;
      // It may be us who are late, with its answers not read yet.
      await catchUp();
      if (this.#timer === timer && this.#isHungry()) bark();
    };
    const timer = setInterval(() => void check(), toTimer(this.#timeoutMs / 4)).unref();
    this.#timer = timer;
  }

  #isHungry(): boolean {
    if (this.#isIdle()) this.feed();
    return now() - this.#fedAt >= this.#timeoutMs;
  }

  /** The broker has settled something, or we have only now begun to wait for it. */
  feed(): void {
    this.#fedAt = now();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
