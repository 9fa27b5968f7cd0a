// Which processes are there: to find what a program has left behind.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { vi } from "vitest";
import { DEADLINE_MS } from "./watch.ts";

/** One process, as `ps` tells. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Begins with Z for a zombie. */
  readonly state: string;
  readonly command: string;
}

const execute = promisify(execFile);

/** All processes of this machine. */
export async function listProcesses(): Promise<readonly Process[]> {
  const { stdout } = await execute("ps", ["-A", "-ww", "-o", "pid=,ppid=,stat=,args="]);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [, pid, parent, state = "", command = ""] =
        /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      return { pid: Number(pid), parent: Number(parent), state, command };
    });
}

/** Those whose command line holds the text, but for the `ps` that looks. */
export async function processesWith(text: string): Promise<readonly Process[]> {
  return (await listProcesses()).filter(({ command }) => command.includes(text));
}

let naps = 0;

/** A command that sleeps for longer than any test, and that nobody else runs: `sleep 1000.0123`. */
export function longSleep(): string {
  naps++;
  return `sleep 1000.${process.pid}${naps}`;
}

/** Resolves when no command line holds the text any longer. */
export async function untilNone(text: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const left = await processesWith(text);
      if (left.length > 0) throw new Error(`still there: ${JSON.stringify(left)}`);
    },
    { timeout: DEADLINE_MS, interval: 50 },
  );
}
