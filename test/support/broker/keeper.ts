// The promise that nothing is left running: a small process that cleans up when this one stops it, ends or crashes.
// What it does then is in keeper-process.mjs; no signal or exit handler is needed anywhere else.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** Looks after what this process started. Orders may be given at any time; `release` carries them all out. */
export interface Keeper {
  /** Remove this folder. */
  readonly folder: (path: string) => void;
  /** Stop the Erlang port mapper on this loopback port. */
  readonly epmd: (port: number) => void;
  /** Kill this process group (a child started with `detached: true`). */
  readonly group: (pid: number) => void;
  /** That group has ended; its number may soon belong to someone else. */
  readonly forget: (pid: number) => void;
  /** Run this program, e.g. to remove a container. */
  readonly command: (program: string, ...args: readonly string[]) => void;
  /** Clean up now; settles when it is done. */
  readonly release: () => Promise<void>;
}

/** Starts a keeper in a session of its own, out of reach of Ctrl-C. It never keeps this process alive. */
export function startKeeper(): Keeper {
  const program = fileURLToPath(new URL("keeper-process.mjs", import.meta.url));
  const child = spawn(process.execPath, [program], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const orders = child.stdin;
  child.unref();
  if (orders instanceof Socket) orders.unref();
  // It ended early: whoever asks it to clean up later sees that; an order in vain must not end a test run.
  orders.on("error", () => undefined);
  const order = (what: object) => void orders.write(`${JSON.stringify(what)}\n`);
  return {
    folder: (path) => order({ folder: path }),
    epmd: (port) => order({ epmd: port }),
    group: (pid) => order({ group: pid }),
    forget: (pid) => order({ forget: pid }),
    command: (name, ...args) => order({ command: [name, ...args] }),
    release: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.ref();
      orders.end();
      await ended;
    },
  };
}
