// Standard output that keeps what is written to it.
import type { Output } from "../../src/ui/output.ts";

export interface PretendedOutput extends Output {
  /** All that was written. */
  readonly bytes: Buffer;
  /** What each write got. */
  readonly writes: readonly Buffer[];
}

/** An output that takes everything at once. */
export function pretendedOutput(isTerminal: boolean): PretendedOutput {
  const writes: Buffer[] = [];
  return {
    isTerminal,
    columns: 80,
    isFull: false,
    failed: new AbortController().signal,
    writes,
    get bytes() {
      return Buffer.concat(writes);
    },
    write: async (bytes) => {
      if (bytes.length > 0) writes.push(Buffer.from(bytes));
    },
    queue: (...parts) => void writes.push(...parts),
    flush: async () => {},
    watchReader: () => {},
  };
}
