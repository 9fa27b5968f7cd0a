// One output stream of one run, from its pipe to its taker.
import type { Readable } from "node:stream";
import { catchUp } from "../time/deadline.ts";
import type { Taker } from "./collect.ts";
import type { Pipe } from "./pipes.ts";

/** The most that a pipe holds, where nobody has allowed more (pipe(7)). */
const MOST_HELD_BYTES = 1024 * 1024;

/** Hands on all that a stream holds, piece by piece; a taker that is slow makes the program wait. */
export class Drain {
  /** Resolves when the stream has ended, or was cut, and everything was taken. @throws what the taker throws */
  readonly done: Promise<void>;
  readonly #stream: Readable | null;
  /** Bytes taken so far. */
  #taken = 0;
  #isBusy = false;
  #isCut = false;

  /** `own` is Node's stream, where the pipe has no reader. */
  constructor(pipe: Pipe, own: Readable | null, taker: Taker) {
    this.#stream = pipe.reader ?? own;
    this.done = this.#handOn(pipe, taker);
    // The caller may wait for the program's end first, and for this later.
    this.done.catch(() => {});
  }

  /**
   * Stops waiting for the stream's end: another process may hold it open for ever. But what it holds already is
   * taken, however late the event loop is; anything beyond that is being written by another process.
   */
  async cut(): Promise<void> {
    const most = this.#taken + MOST_HELD_BYTES;
    let before: number;
    do {
      before = this.#taken;
      await catchUp();
    } while (this.#taken !== before && this.#taken < most);
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
    this.#taken += chunk.length;
    this.#isBusy = true;
    await taker.take(chunk);
    this.#isBusy = false;
  }
}
