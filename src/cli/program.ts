// What main.ts needs to know of a binary: its flags, its texts, and how its options become a run.
import type { Environment, World } from "../world.ts";
import type { FlagTable } from "./flag.ts";
import type { Parsed } from "./parse.ts";

/** An example of the short help: what it is for, and the command. */
export interface Example {
  readonly does: string;
  readonly command: string;
}

/** One binary. */
export interface Program<F extends FlagTable> {
  readonly name: string;
  readonly summary: string;
  /** Paragraphs of the man page: what it does when nothing else is said. */
  readonly description: readonly string[];
  readonly usage: string;
  /** What stands after -- is a program to run, with its arguments. */
  readonly runsCommand?: true;
  readonly flags: F;
  /** The first five stand in the short help. */
  readonly examples: readonly Example[];
  /** Checks what the flags mean together, and returns the run. @throws UsageError before anything is opened */
  prepare(this: void, parsed: Parsed<F>, env: Environment): (world: World) => Promise<number>;
}
