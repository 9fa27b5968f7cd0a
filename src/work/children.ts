// Runs a program once per message: its input, its process group, its deadline, its end. What it is run for, and what its
// end means, is handler.ts.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync } from "node:fs";
import { alarm, pause, within } from "../time/deadline.ts";
import type { Environment, World } from "../world.ts";
import type { Taker } from "./collect.ts";
import { groupsBelow, hasEnded } from "./descendants.ts";
import { Drain } from "./drain.ts";
import type { End } from "./judgement.ts";
import { Inputs } from "./inputs.ts";
import { notStarted } from "./not-started.ts";
import type { Outputs, Pipes } from "./pipes.ts";

/** What to run, without a shell in between. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** A run that lasts longer is ended. */
  readonly timeoutMs: number | undefined;
}

/** What one run gets. */
export interface Input {
  /** On standard input. */
  readonly body: Buffer;
  /** On descriptor 3. */
  readonly record: Buffer;
  readonly env: Environment;
}

/** Between asking a group to end (SIGTERM) and ending it (SIGKILL). */
const TERM_MS = 5000;
/** The same for what a handler has left behind in its group. */
const LEFTOVER_MS = 500;
/** How long output is awaited after the end: another process may hold the pipe open for ever. */
const LINGER_MS = 1000;

/** The processes of a handler, one for each message that it works on. */
export class Children {
  readonly #command: Command;
  readonly #pipes: Pipes;
  readonly #inputs = new Inputs();
  readonly #world: Pick<World, "signalGroup" | "ending">;
  /** Process groups that may have members, each with the timer that will kill it if it was asked to end. */
  readonly #groups = new Map<number, NodeJS.Timeout | undefined>();
  #isOver = false;

  constructor(command: Command, pipes: Pipes, world: Pick<World, "signalGroup" | "ending">) {
    this.#command = command;
    this.#pipes = pipes;
    this.#world = world;
    world.ending.addEventListener("abort", () => this.#signalAll("SIGKILL"), { once: true });
  }

  /**
   * Runs the program; resolves when it has ended and all that it has printed was taken.
   * @throws Failure when it cannot be started, and what a taker throws
   */
  async run(input: Input, stdout: Taker, stderr: Taker): Promise<End> {
    const pipes = this.#takeOutputs();
    const child = await this.#start(input, pipes);
    if (!child) return { kind: "signal", signal: "SIGTERM" };
    const drains = [
      new Drain(pipes.stdout, child.stdout, stdout),
      new Drain(pipes.stderr, child.stderr, stderr),
    ];
    const drained = Promise.all(drains.map(({ done }) => done));
    const lingering = async (): Promise<void> => {
      while ((await within(LINGER_MS, drained)) === "late")
        await Promise.all(drains.map((each) => each.cut()));
    };
    const ended = this.#ended(child);
    // A taker that fails is told at once, not after the program's end.
    const [end] = await Promise.all([ended, drained, ended.then(lingering)]);
    return end;
  }

  /** Ends everything that still runs. Resolves when it is gone. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.#signalAll("SIGTERM");
    for (let left = LEFTOVER_MS; left > 0 && this.#groups.size > 0; left -= 20) await pause(20);
    this.#signalAll("SIGKILL");
    for (const group of this.#groups.keys()) this.#forget(group);
    this.#pipes.close();
  }

  #takeOutputs(): Outputs {
    try {
      return this.#pipes.takeOutputs();
    } catch (error) {
      throw notStarted(this.#command.file, error);
    }
  }

  /** Undefined when everything was ended before. */
  async #start({ body, record, env }: Input, pipes: Outputs): Promise<ChildProcess | undefined> {
    const { file, args } = this.#command;
    const outputs = [pipes.stdout, pipes.stderr];
    const opened: number[] = [];
    const open = (bytes: Buffer): number => {
      const descriptor = this.#inputs.open(bytes);
      opened.push(descriptor);
      return descriptor;
    };
    let child: ChildProcess | undefined;
    try {
      if (this.#isOver) return undefined;
      const stdio = [open(body), ...outputs.map(({ end }) => end), open(record)];
      // A group of its own: a terminal's Ctrl-C is ours alone, and what the program starts ends with it.
      const spawned = spawn(file, args, { stdio, env, detached: true });
      if (spawned.pid === undefined) throw await once(spawned, "error").then(([error]) => error);
      this.#groups.set(spawned.pid, undefined);
      child = spawned;
      return child;
    } catch (error) {
      throw notStarted(file, error);
    } finally {
      for (const descriptor of opened) closeSync(descriptor);
      for (const pipe of outputs) pipe.closeEnd();
      if (!child) for (const pipe of outputs) pipe.discard();
    }
  }

  async #ended(child: ChildProcess): Promise<End> {
    const { timeoutMs } = this.#command;
    const own = child.pid ?? 0;
    let groups: ReadonlySet<number> = new Set([own]);
    let isLate = false;
    const stop = (): void => {
      // After a late wake-up (Ctrl-Z and fg) its end may not have been told yet.
      if (hasEnded(own)) return;
      isLate = true;
      // Before any of them ends: a process that has lost its parent can no longer be found.
      groups = groupsBelow(own);
      for (const group of groups) this.#endGroup(group, TERM_MS);
    };
    const off = timeoutMs === undefined ? undefined : alarm(timeoutMs, stop);
    const [code, signal] = await once(child, "exit");
    off?.();
    // What it has left behind no longer belongs to anybody.
    for (const group of groups) this.#endGroup(group, LEFTOVER_MS);
    if (isLate) return { kind: "late", afterMs: timeoutMs ?? 0 };
    return signal === null ? { kind: "exit", code: Number(code) } : { kind: "signal", signal };
  }

  /** SIGTERM, and SIGKILL when a process is left after that time. */
  #endGroup(group: number, patienceMs: number): void {
    if (!this.#signal(group, "SIGTERM")) return;
    const kill = (): void => {
      this.#signal(group, "SIGKILL");
      this.#forget(group);
    };
    clearTimeout(this.#groups.get(group));
    this.#groups.set(group, setTimeout(kill, patienceMs));
  }

  #signalAll(signal: NodeJS.Signals): void {
    for (const group of this.#groups.keys()) this.#signal(group, signal);
  }

  /** False when the group is empty. Its number may soon be another group's: it is not used again. */
  #signal(group: number, signal: NodeJS.Signals): boolean {
    const isThere = this.#world.signalGroup(group, signal);
    if (!isThere) this.#forget(group);
    return isThere;
  }

  #forget(group: number): void {
    clearTimeout(this.#groups.get(group));
    this.#groups.delete(group);
  }
}
