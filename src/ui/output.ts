// Standard output: the only place where messages are shown. Honours back-pressure, and distinguishes a reader that has gone from
// a full disk.
import type { Writable } from "node:stream";
import { errorCode, Failure, ReaderGone } from "../errors.ts";
import { watchReader } from "./reader.ts";
import { columnsOf, type Sized } from "./terminal-size.ts";

export interface OutputStream extends Writable, Sized {
  readonly isTTY?: boolean;
  readonly fd?: number;
}

/** A byte sink that resolves when the bytes have left this process. */
export interface Output {
  readonly isTerminal: boolean;
  /** How wide lines may be now. */
  readonly columns: number;
  /** @throws ReaderGone when the reader closed the pipe, Failure (exit code 7) when the bytes cannot be written */
  write(bytes: Buffer | string): Promise<void>;
  /** Takes bytes for which nobody waits now; written in order with the rest. */
  queue(...parts: readonly Buffer[]): void;
  /** True when so much is queued that the caller should `flush` before it goes on. */
  readonly isFull: boolean;
  /** Resolves when all that was queued is written. @throws as `write` */
  flush(): Promise<void>;
  /** Aborted, with the error as its reason, when output can no longer be written. */
  readonly failed: AbortSignal;
  /** From now on `failed` is aborted soon after a pipe's reader has gone, without a write that would tell. */
  watchReader(): void;
}

const QUEUE_BYTES = 1024 * 1024;

/** Standard output as an Output. */
export function openOutput(stream: OutputStream): Output {
  const failing = new AbortController();
  let queued: Buffer[] = [];
  let queuedBytes = 0;
  let flushing: Promise<void> | undefined;
  // Errors reach the callback of each write; without a listener they would end the process as well.
  stream.on("error", (error) => failing.abort(toFailure(error)));
  const write = (bytes: Buffer | string): Promise<void> =>
    new Promise((resolve, reject) => {
      if (bytes.length === 0) return resolve();
      stream.write(bytes, (error) => (error ? reject(toFailure(error)) : resolve()));
    });
  const flush = async (): Promise<void> => {
    while (queued.length > 0) {
      const bytes = Buffer.concat(queued);
      queued = [];
      queuedBytes = 0;
      await write(bytes);
    }
    flushing = undefined;
  };
  return {
    isTerminal: stream.isTTY === true,
    get columns() {
      return columnsOf(stream);
    },
    write,
    queue: (...parts) => {
      for (const part of parts) queuedBytes += part.length;
      queued.push(...parts);
      flushing ??= Promise.resolve()
        .then(flush)
        .catch((error: unknown) => failing.abort(error));
    },
    get isFull() {
      return queuedBytes > QUEUE_BYTES;
    },
    flush: async () => {
      await flushing;
      failing.signal.throwIfAborted();
    },
    failed: failing.signal,
    watchReader: () => {
      if (stream.fd !== undefined) watchReader(stream.fd, () => failing.abort(new ReaderGone()));
    },
  };
}

function toFailure(error: Error): Error {
  const code = errorCode(error);
  if (code === "EPIPE" || code === "ERR_STREAM_DESTROYED") return new ReaderGone();
  const hint = code === "ENOSPC" ? "make room on the disk" : undefined;
  return new Failure("output", `standard output cannot be written: ${error.message}`, hint, error);
}
