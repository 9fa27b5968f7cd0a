// Ends a calculation that takes too long, also within a regular expression: what a stranger's message makes of a user's
// expression must not stop the event loop, and with it the heartbeats. Node's way to interrupt running code is `vm`; it is no
// sandbox here, the code is ours.
import { createContext, Script } from "node:vm";

/** Calculates within the limit. @throws what `calculate` throws, and TooLong */
export type Limited = <T>(calculate: () => T) => T;

/** Thrown when the time was over. */
export class TooLong extends Error {}

/** One call costs a tenth of a millisecond: a thread watches the clock. */
export function limitTime(timeoutMs: number): Limited {
  const run: { act: () => void } = { act: () => {} };
  const context = createContext(run);
  const script = new Script("act()");
  return <T>(calculate: () => T): T => {
    const results: T[] = [];
    run.act = () => void results.push(calculate());
    try {
      script.runInContext(context, { timeout: timeoutMs });
    } catch (error) {
      throw isTimeout(error) ? new TooLong() : error;
    }
    for (const result of results) return result;
    throw new TooLong();
  };
}

/** It comes from another context, and is no instance of this one's Error. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === "object" &&
    error !== null &&
    "code" in error &&
    error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
  );
}
