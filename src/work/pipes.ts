// What a handler writes to: true pipes. Node would give it sockets, and Linux lets no program open a socket by the name
// /dev/stdout or /dev/stderr (ENXIO), which shell scripts do. What it reads from is inputs.ts.
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmdirSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isShortOfFiles } from "./not-started.ts";

/** A pipe for one stream of one run. */
export interface Pipe {
  /** The writing end, for `spawn`; "pipe" leaves it to Node. */
  readonly end: number | "pipe";
  /** The reading end, where `end` is a descriptor. */
  readonly reader: Socket | undefined;
  /** To be called once the program has the writing end, or never will. */
  closeEnd(): void;
  /** To be called once the reader has seen the end: the pipe serves another run. */
  recycle(): void;
  /** To be called instead when the end was not seen: a process that still holds the pipe would write into another run. */
  discard(): void;
}

/** What one run writes to. */
export interface Outputs {
  readonly stdout: Pipe;
  readonly stderr: Pipe;
}

/** Each is a descriptor: more are made when so many are needed at once. */
const MOST_AT_FIRST = 64;
const MORE = 8;

/** Opens only a name, neither end of the pipe (open(2), O_PATH); Node does not list this flag of Linux. */
const O_PATH = 0o10000000;

/**
 * Named pipes whose names are gone: each is held by a descriptor that neither reads nor writes, and opened through it.
 * Where that is not possible (no Linux, no `mkfifo`, no /proc), Node's own sockets do.
 */
export class Pipes {
  #free: number[] = [];
  #isPossible = true;

  /** Starts with `count` pipes, or fewer if those are too many; more are made when none is free. */
  constructor(count: number) {
    try {
      this.#make(Math.min(count, MOST_AT_FIRST));
    } catch {
      // Without descriptors nothing runs, and `take` says so.
    }
  }

  /** Two of them, for one run. @throws as `take` */
  takeOutputs(): Outputs {
    const stdout = this.take();
    try {
      return { stdout, stderr: this.take() };
    } catch (error) {
      stdout.closeEnd();
      stdout.discard();
      throw error;
    }
  }

  /** @throws when no descriptor is left */
  take(): Pipe {
    if (this.#isPossible && this.#free.length === 0) this.#make(MORE);
    const held = this.#free.at(-1);
    if (held === undefined) return nodesOwn;
    const pipe = this.#openBoth(held);
    this.#free.pop();
    return pipe;
  }

  /** Lets go of all that are free; no more are made. */
  close(): void {
    this.#isPossible = false;
    for (const held of this.#free.splice(0)) closeSync(held);
  }

  #openBoth(held: number): Pipe {
    const { reading, end } = openEnds(`/proc/self/fd/${held}`);
    const reader = new Socket({ fd: reading, readable: true, writable: false });
    return {
      end,
      reader,
      closeEnd: () => closeSync(end),
      recycle: () => this.#free.push(held),
      discard: () => {
        reader.destroy();
        closeSync(held);
      },
    };
  }

  /** @throws when no descriptor is left */
  #make(count: number): void {
    try {
      this.#free.push(...makeFifos(count));
    } catch (error) {
      if (isShortOfFiles(error)) throw error;
      // Without them, Node's own are used.
      this.#isPossible = false;
    }
  }
}

function nothing(): void {}

const nodesOwn: Pipe = {
  end: "pipe",
  reader: undefined,
  closeEnd: nothing,
  recycle: nothing,
  discard: nothing,
};

/** Synchronous, some milliseconds: a signal that ends us in between would leave the folder behind. */
function makeFifos(count: number): readonly number[] {
  const folder = mkdtempSync(join(tmpdir(), "amqp-con-"));
  const names = Array.from({ length: count }, (_, i) => join(folder, `${i}`));
  try {
    execFileSync("mkfifo", ["-m", "600", ...names], { stdio: "ignore" });
    return openEach(names);
  } finally {
    // One by one: listing a folder takes a descriptor, and there may be none.
    for (const name of names) rmSync(name, { force: true });
    rmdirSync(folder);
  }
}

/** Both or none. */
function openEnds(path: string): { readonly reading: number; readonly end: number } {
  // The reader comes first, or a writer would wait for one.
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return { reading, end: openSync(path, constants.O_WRONLY) };
  } catch (error) {
    closeSync(reading);
    throw error;
  }
}

/** All or none. */
function openEach(names: readonly string[]): readonly number[] {
  const opened: number[] = [];
  try {
    for (const name of names) opened.push(openSync(name, O_PATH));
    return opened;
  } catch (error) {
    for (const descriptor of opened) closeSync(descriptor);
    throw error;
  }
}
