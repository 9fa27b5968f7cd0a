// --offset-file: how far a stream has been read, from one run to the next. The file always holds one whole line; a crash
// costs at most a second's progress, and those messages come again.
import {
  accessSync,
  chmodSync,
  constants,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { errorCode, Failure, messageOf, UsageError } from "../errors.ts";
import type { Log } from "../ui/log.ts";

const SAVE_EVERY_MS = 1000;

export class OffsetFile {
  /** As it was given. */
  readonly #path: string;
  /** Where it is; another when the path is a link. */
  readonly #file: string;
  readonly #mode: number;
  readonly #queue: string;
  #saved: bigint | undefined;

  /**
   * @throws UsageError when the file cannot be read, holds something else, or belongs to another stream, or when none can be
   * written there
   */
  constructor(path: string, queue: string) {
    this.#path = path;
    this.#queue = queue;
    this.#saved = readOffset(path, queue);
    const isThere = this.#saved !== undefined;
    this.#file = isThere ? realpathSync(path) : path;
    this.#mode = isThere ? statSync(path).mode & 0o777 : 0o600;
    orUsageError(path, () => accessSync(dirname(this.#file), constants.W_OK));
  }

  /** Where to go on; undefined in the first run. */
  get next(): bigint | undefined {
    return this.#saved === undefined ? undefined : this.#saved + 1n;
  }

  /** Saves `settled()` each second. Returns a function that stops that, after saving once more. @throws Failure (exit code 7) */
  watch(settled: () => bigint | undefined, log: Log): () => void {
    const save = (): void => {
      const offset = settled();
      if (offset !== undefined && offset !== this.#saved) this.#save(offset);
    };
    let isTold = false;
    const timer = setInterval(() => {
      try {
        save();
      } catch (error) {
        if (!isTold) log.warn(messageOf(error));
        isTold = true;
      }
    }, SAVE_EVERY_MS).unref();
    return () => {
      clearInterval(timer);
      save();
    };
  }

  #save(offset: bigint): void {
    const draft = `${this.#file}.part`;
    const text = `${JSON.stringify({ queue: this.#queue, offset: `${offset}` })}\n`;
    try {
      // A killed run may have left one; what is created now is new, and no link to somewhere else.
      removeIfThere(draft);
      writeFileSync(draft, text, { flag: "wx", mode: 0o600 });
      chmodSync(draft, this.#mode);
      renameSync(draft, this.#file);
      this.#saved = offset;
    } catch (error) {
      throw new Failure(
        "output",
        `--offset-file ${this.#path}: ${messageOf(error)}`,
        "the next run begins where the file says, and gets messages again",
        error,
      );
    }
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
}

function readOffset(path: string, queue: string): bigint | undefined {
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  const { queue: owner, offset } = parse(text, path);
  if (owner === queue) return offset;
  throw new UsageError(
    `--offset-file ${path}: it belongs to stream "${owner}", not to "${queue}"`,
    "each stream needs a file of its own",
  );
}

function parse(text: string, path: string): { readonly queue: string; readonly offset: bigint } {
  const [, queue, offset] =
    /^\{"queue":("(?:[^"\\]|\\.)*"),"offset":"(\d+)"\}\n?$/.exec(text) ?? [];
  if (queue !== undefined && offset !== undefined && BigInt(offset) < 2n ** 63n)
    return { queue: String(JSON.parse(queue)), offset: BigInt(offset) };
  throw new UsageError(
    `--offset-file ${path}: it holds something else than an offset`,
    "name another file, or remove it to begin at --offset",
  );
}

function readIfThere(path: string): string | undefined {
  return orUsageError(path, () => {
    try {
      if (!statSync(path).isFile()) throw new Error("it is no plain file");
      return readFileSync(path, "utf8");
    } catch (error) {
      if (errorCode(error) === "ENOENT") return undefined;
      throw error;
    }
  });
}

function orUsageError<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const reason = messageOf(error);
    throw new UsageError(`--offset-file ${path}: ${reason}`, undefined, error);
  }
}
