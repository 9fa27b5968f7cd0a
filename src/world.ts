// What a run may touch outside itself. Made once, in main.ts, from `process`; tests make their own.
import type { Readable } from "node:stream";
import type { Paint } from "./ui/color.ts";
import type { Log } from "./ui/log.ts";
import type { Meter } from "./measure/meter.ts";
import type { Output } from "./ui/output.ts";

/** Variables by their names. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface World {
  /** Standard input, opened when first asked for. */
  readonly stdin: () => Readable;
  readonly output: Output;
  /** Colours for standard output. */
  readonly painter: () => Promise<Paint>;
  readonly log: Log;
  /** Counts for --stats and --report; absent without them. */
  readonly meter?: Meter;
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP: stop taking, finish what is in hand. */
  readonly signal: AbortSignal;
  /** Asks on the terminal, without echo. @throws UsageError without a terminal */
  readonly askPassword: () => Promise<string>;
  /** The environment of this process, secrets included: a handler's is made from it. */
  readonly env: Environment;
  /** Sends a signal to all processes of a group. False when there are none. */
  readonly signalGroup: (group: number, signal: NodeJS.Signals) => boolean;
  /** Aborted in the last moment of this process, however it ends (but for SIGKILL): listeners run at once, nothing later. */
  readonly ending: AbortSignal;
}

/** What a command line asks for. Resolves with the exit code. @throws Failure */
export type Run = (world: World) => Promise<number>;
