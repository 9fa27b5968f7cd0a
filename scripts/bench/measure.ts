// One run of one program: how long it takes, and how much memory at most.
import { spawn } from "node:child_process";
import { open, readFile } from "node:fs/promises";
import process from "node:process";

/** What a run has cost. */
export interface Cost {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  /** From its start to its end. */
  readonly wallMs: number;
  /** From the first to the last byte of its output. */
  readonly outputMs: number;
  /** Peak of the resident set, in MB; undefined where the system does not tell. */
  readonly peakMb: number | undefined;
}

const SAMPLE_MS = 10;

/** Runs it to its end, with that file as its input, and its output read and thrown away. @throws Error when it cannot start */
export async function runToEnd(
  program: string,
  args: readonly string[],
  input = "/dev/null",
): Promise<Cost> {
  const stdin = await open(input);
  const since = performance.now();
  const child = spawn(program, args, { stdio: [stdin.fd, "pipe", "inherit"] });
  const { stdout } = child;
  if (!stdout) throw new Error("no pipe");
  let [first, last] = [0, 0];
  stdout.on("data", () => {
    last = performance.now();
    first ||= last;
  });
  const memory = watchMemory(child.pid);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    return {
      code,
      wallMs: performance.now() - since,
      outputMs: last - first,
      peakMb: memory.stop(),
    };
  } finally {
    memory.stop();
    await stdin.close();
  }
}

/** The system keeps the peak; the last look before the end has it, or all but. */
function watchMemory(pid: number | undefined): { readonly stop: () => number | undefined } {
  let peakMb: number | undefined;
  const look = async (): Promise<void> => {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    const [, kilobytes] = /^VmHWM:\s+(\d+)/m.exec(status) ?? [];
    if (kilobytes !== undefined) peakMb = Number(kilobytes) / 1024;
  };
  const timer =
    process.platform === "linux" ? setInterval(() => void look(), SAMPLE_MS) : undefined;
  return {
    stop: () => {
      clearInterval(timer);
      return peakMb;
    },
  };
}
