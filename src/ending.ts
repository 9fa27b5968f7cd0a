// The end of a run with messages: every way out reports whether it was stopped, and what became of the messages.
import { now } from "./time/clock.ts";
import { exitCodes, messageOf, ReaderGone } from "./errors.ts";
import type { World } from "./world.ts";

/** How a run has ended, as far as its own messages do not tell. */
export interface Ending {
  readonly durationMs: number;
  /** What was thrown. */
  readonly failure: unknown;
}

/**
 * Runs it, then reports, whatever has happened. Resolves with its exit code; that nobody reads the output any longer counts as
 * a good end. @throws what it throws, after the report
 */
export async function accounted(
  run: () => Promise<number>,
  report: (ending: Ending) => void,
  { signal, log }: Pick<World, "signal" | "log">,
): Promise<number> {
  const startedAt = now();
  let failure: unknown;
  try {
    return await run();
  } catch (error) {
    failure = error;
    if (!(error instanceof ReaderGone)) throw error;
    return exitCodes.done.code;
  } finally {
    if (signal.aborted) log.note("Stopped");
    report({ durationMs: Math.round(now() - startedAt), failure });
  }
}

/** Why a run has ended, for its account: a signal, what was thrown, or else its own reason. */
export function reasonFor(
  failure: unknown,
  otherwise: string,
  { signal }: Pick<World, "signal">,
): string {
  if (signal.aborted) return "signal";
  return failure === undefined ? otherwise : messageOf(failure).trim();
}
