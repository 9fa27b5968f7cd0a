// What the command line of a binary consists of: its flags and its texts.
import type { FlagTable } from "./flag.ts";

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
}
