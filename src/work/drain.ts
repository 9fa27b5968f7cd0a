// One output stream of one run, from its pipe to whoever takes it.
import type { Readable } from "node:stream";
import type { Taker } from "./collect.ts";
import type { Pipe } from "./pipes.ts";

/** Hands on all that a stream holds, piece by piece; a taker that is slow makes the program wait. */
export class Drain {
  /** Resolves when the stream has ended, or was cut, and everything was taken. @throws what the taker throws */
  readonly done: Promise<void>;
  readonly #stream: Readable | null;
  #isBusy = false;
  #isCut = false;

  /** `own` is Node's stream, where the pipe has no reader. */
  constructor(pipe: Pipe, own: Readable | null, taker: Taker) {
    this.#stream = pipe.reader ?? own;
    this.done = this.#handOn(pipe, taker);
    // Whoever waits for the program's end first comes for this later.
    this.done.catch(() => {});
  }

  /** Does not wait for the stream's end any longer: somebody else may hold it open for ever. What is being taken is. */
  cut(): void {
    if (this.#isBusy) return;
    this.#isCut = true;
    this.#stream?.destroy();
  }

  async #handOn(pipe: Pipe, taker: Taker): Promise<void> {
    try {
      for await (const chunk of this.#stream ?? []) await this.#take(taker, chunk);
      pipe.recycle();
    } catch (error) {
      pipe.discard();
      if (!this.#isCut) {
        await taker.end().catch(() => {});
        throw error;
      }
    }
    this.#isBusy = true;
    await taker.end();
  }

  async #take(taker: Taker, chunk: unknown): Promise<void> {
    if (!Buffer.isBuffer(chunk)) return;
    this.#isBusy = true;
    await taker.take(chunk);
    this.#isBusy = false;
  }
}
