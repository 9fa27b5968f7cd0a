// What a run may touch outside itself. Made once, in main.ts, from `process`; tests make their own.
import type { Readable } from "node:stream";
import type { Log } from "./ui/log.ts";
import type { Output } from "./ui/output.ts";

export interface World {
  /** Standard input, opened when first asked for. */
  readonly stdin: () => Readable;
  readonly output: Output;
  readonly log: Log;
  /** Aborted by the first SIGINT or SIGTERM: stop taking, finish what is in hand. */
  readonly signal: AbortSignal;
  /** Asks on the terminal, without echo. @throws UsageError without a terminal */
  readonly askPassword: () => Promise<string>;
}
