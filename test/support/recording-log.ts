// A log that keeps its lines.
import type { Log } from "../../src/ui/log.ts";

export interface RecordingLog extends Log {
  /** What was said, each line as it would be shown without colours. */
  readonly lines: readonly string[];
}

/** A log that nobody reads but the test. */
export function recordingLog(): RecordingLog {
  const lines: string[] = [];
  return {
    lines,
    footer: undefined,
    note: (line) => void lines.push(line),
    warn: (line) => void lines.push(`WARNING: ${line}`),
    error: (failure) => void lines.push(`ERROR: ${failure.message}`),
    trace: (text) => void lines.push(text),
    relay: async (text) => void lines.push(text),
  };
}
