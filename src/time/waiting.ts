// Waiting for a condition that others bring about: code that changes something wakes all waiters, and each looks again.

/** The waiters for one state. */
export class Waiting {
  readonly #failed: AbortSignal | undefined;
  #sleepers: (() => void)[] = [];

  /** Once `failed` is aborted, every wait rejects with its reason. Not for a signal that outlives what waits: it keeps this. */
  constructor(failed?: AbortSignal) {
    this.#failed = failed;
    failed?.addEventListener("abort", () => this.wake(), { once: true });
  }

  /** Resolves as soon as `ready()`; looked at now, and at each `wake`. */
  async until(ready: () => boolean): Promise<void> {
    this.#failed?.throwIfAborted();
    while (!ready()) {
      await new Promise<void>((resolve) => this.#sleepers.push(resolve));
      this.#failed?.throwIfAborted();
    }
  }

  wake(): void {
    for (const resolve of this.#sleepers.splice(0)) resolve();
  }
}
