// Ends a calculation that takes too long, also within a regular expression: what a stranger's message makes of a user's
// expression must not stop the event loop, and with it the heartbeats. Node's way to interrupt running code is `vm`; it is not a
// sandbox here, the code is ours.
// oxlint-disable-next-line no-restricted-imports -- the processor's time touches nothing outside
import { cpuUsage } from "node:process";
import { createContext, Script } from "node:vm";

/** Calculates within the limit. @throws what `calculate` throws, and TooLong */
export type Limited = <T>(calculate: () => T, limitMs: number) => T;

/** Thrown when the time was over. */
export class TooLong extends Error {
  /** The processor time that the program has had meanwhile: on a busy machine, others had the rest. */
  readonly usedMs: number;

  constructor(usedMs: number) {
    super("too long");
    this.usedMs = usedMs;
  }
}

/** One call costs a tenth of a millisecond: a thread watches the clock. */
export function limitTime(): Limited {
  const run: { act: () => void } = { act: () => {} };
  const context = createContext(run);
  const script = new Script("act()");
  return <T>(calculate: () => T, limitMs: number): T => {
    const results: T[] = [];
    run.act = () => void results.push(calculate());
    const since = cpuUsage();
    try {
      script.runInContext(context, { timeout: limitMs });
    } catch (error) {
      throw isTimeout(error) ? new TooLong(cpuMs(since)) : error;
    }
    for (const result of results) return result;
    throw new TooLong(cpuMs(since));
  };
}

function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = cpuUsage(since);
  return (user + system) / 1000;
}

/** It comes from another context, so it is not an instance of this one's Error. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === "object" &&
    error !== null &&
    "code" in error &&
    error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
  );
}
