// One child process under test: what it prints, when it prints it, how it ends; killed with its test.
// Which program with which environment is up to run.ts.
import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import type { Readable } from "node:stream";
import { atTestEnd, type Finished } from "./cleanup.ts";
import { matches, Output, type Pattern } from "./output.ts";
import { DEADLINE_MS, settlement, Watch } from "./watch.ts";

export type StreamName = "stdout" | "stderr";

/** How a process has ended. `ms` is its life from spawn to exit; `signal` is the one that killed it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutBytes: Buffer;
  readonly ms: number;
}

/** What to start. `streams` says which descriptors are collected as stdout and stderr. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string | undefined;
  readonly stdio: StdioOptions;
  readonly streams: Readonly<Record<StreamName, number>>;
}

const alive = new Set<Child>();
// Vitest ends its workers with SIGTERM, which by itself runs no exit listener.
for (const end of ["exit", "SIGTERM", "disconnect"] as const) {
  process.once(end, () => {
    for (const child of alive) child.killGroup();
    if (end === "SIGTERM") process.kill(process.pid, end);
  });
}

/** A running process and all its output. It leads a process group of its own, so that what it has spawned ends with it. */
export class Child {
  readonly stdout = new Output();
  readonly stderr = new Output();
  /** Settles when the process has exited and both streams have ended; rejects only if it could not be started. */
  readonly exit: Promise<Exit>;
  readonly #command: Command;
  readonly #process: ChildProcess;
  readonly #watch = new Watch(() => this.report());
  readonly #exit = settlement<Exit>();
  readonly #startedAt = performance.now();
  #ms = 0;

  constructor(command: Command) {
    this.#command = command;
    this.#process = spawn(command.file, command.args, {
      cwd: command.cwd,
      env: command.env,
      stdio: command.stdio,
      detached: true,
    });
    this.exit = this.#exit.promise;
    this.exit.catch(() => {});
    alive.add(this);
    this.#collect("stdout");
    this.#collect("stderr");
    this.#listen();
    atTestEnd((test) => this.#endWithTest(test));
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get running(): boolean {
    return alive.has(this);
  }

  /** Resolves with the first complete line of the whole output that matches; rejects, with everything printed, when the process ends without it. */
  async waitFor(stream: StreamName, pattern: Pattern, timeoutMs = DEADLINE_MS): Promise<string> {
    const { lines } = this[stream];
    let next = 0;
    const find = (): string | undefined => {
      while (next < lines.length) {
        const line = lines[next++];
        if (line !== undefined && matches(line, pattern)) return line;
      }
      return undefined;
    };
    return await this.#watch.until(`${String(pattern)} on ${stream}`, find, timeoutMs);
  }

  /** Resolves with the first `count` lines as soon as there are so many. */
  async waitForLines(
    stream: StreamName,
    count: number,
    timeoutMs = DEADLINE_MS,
  ): Promise<readonly string[]> {
    const { lines } = this[stream];
    const enough = (): readonly string[] | false => lines.length >= count && lines.slice(0, count);
    return await this.#watch.until(`${count} lines on ${stream}`, enough, timeoutMs);
  }

  /** Resolves when a line that has no newline yet matches: a prompt, a progress bar. */
  async waitForPrompt(
    stream: StreamName,
    pattern: Pattern,
    timeoutMs = DEADLINE_MS,
  ): Promise<string> {
    const output = this[stream];
    const find = (): string | false => matches(output.unfinished, pattern) && output.unfinished;
    return await this.#watch.until(`the prompt ${String(pattern)} on ${stream}`, find, timeoutMs);
  }

  /** Like `exit`, but kills and rejects, with everything printed, when the process lives longer than `timeoutMs`. */
  async ended(timeoutMs = DEADLINE_MS): Promise<Exit> {
    try {
      await this.#watch.until("its end", () => !this.running, timeoutMs);
    } catch (error) {
      this.killGroup();
      throw error;
    }
    return await this.exit;
  }

  /** Sends a signal to the process alone; false if it has ended already. */
  kill(signal: NodeJS.Signals = "SIGTERM"): boolean {
    return this.#process.kill(signal);
  }

  /** Sends a signal to the process and to everything in its group, as Ctrl-C in a terminal does. */
  killGroup(signal: NodeJS.Signals = "SIGKILL"): void {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, signal);
    } catch {
      // The whole group has ended already.
    }
  }

  /** Writes to stdin; resolves when the operating system has taken the bytes. A reader that has gone is no error here. */
  async write(bytes: string | Buffer): Promise<void> {
    const { promise, resolve } = settlement<void>();
    if (this.#process.stdin === null)
      throw new Error('stdin is not open: run with { stdin: "open" }');
    // Failed writes would starve whoever writes in a loop of the news of the process's end.
    this.#process.stdin.write(bytes, (error) => (error ? setImmediate(resolve) : resolve()));
    await promise;
  }

  /** Ends stdin, after `bytes` if given. */
  end(bytes: string | Buffer = ""): void {
    this.#process.stdin?.end(bytes);
  }

  /** Stops reading a stream, as a reader that hangs: after some 200 KiB the process can write no more. */
  pause(stream: StreamName): void {
    this.#readable(stream)?.pause();
  }

  resume(stream: StreamName): void {
    this.#readable(stream)?.resume();
  }

  /** The command, how it ended, and the last of what it printed: for error messages. */
  report(): string {
    const { file, args } = this.#command;
    const { exitCode, signalCode } = this.#process;
    const state = this.running
      ? "still running"
      : `ended with ${String(signalCode ?? exitCode)} after ${this.#ms} ms`;
    return [
      `$ ${[file, ...args].join(" ")}`,
      state,
      tail("stdout", this.stdout),
      tail("stderr", this.stderr),
    ].join("\n");
  }

  #readable(stream: StreamName): Readable | undefined {
    const pipe = this.#process.stdio[this.#command.streams[stream]];
    return pipe && "read" in pipe ? pipe : undefined;
  }

  #collect(stream: StreamName): void {
    const output = this[stream];
    const readable = this.#readable(stream);
    readable?.on("data", (chunk: Buffer) => {
      output.take(chunk);
      this.#watch.changed();
    });
    readable?.on("end", () => {
      output.end();
      this.#watch.changed();
    });
  }

  #listen(): void {
    this.#process.stdin?.on("error", () => {});
    this.#process.once("error", (error) => {
      if (this.pid === undefined)
        this.#settle(() => this.#exit.reject(error), `it could not be started: ${error.message}`);
    });
    this.#process.once("exit", () => {
      this.#ms = Math.round(performance.now() - this.#startedAt);
    });
    this.#process.once("close", (code, signal) => {
      this.#settle(() => this.#exit.resolve(this.#ending(code, signal)), "the process has ended");
    });
  }

  #settle(settle: () => void, reason: string): void {
    alive.delete(this);
    settle();
    this.#watch.finish(reason);
  }

  #ending(code: number | null, signal: NodeJS.Signals | null): Exit {
    const { bytes: stdoutBytes } = this.stdout;
    const [stdout, stderr] = [stdoutBytes.toString("utf8"), this.stderr.text];
    return { code, signal, stdout, stderr, stdoutBytes, ms: this.#ms };
  }

  async #endWithTest({ failed }: Finished): Promise<void> {
    if (!this.running) return;
    const story = this.report();
    this.killGroup();
    this.resume("stdout");
    this.resume("stderr");
    await this.exit.catch(() => {});
    if (failed) throw new Error(`left behind by the failed test:\n${story}`);
  }
}

function tail(name: StreamName, output: Output): string {
  const { text } = output;
  const shown = text.length > 4000 ? `…${text.slice(-4000)}` : text;
  return shown === "" ? `${name}: nothing` : `${name}:\n${shown}`;
}
