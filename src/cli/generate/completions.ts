// The completion script of each shell; a key more here needs the word in --completion, and the other way round.
import type { Program } from "../program.ts";
import { bashCompletion } from "./bash.ts";
import { fishCompletion } from "./fish.ts";
import type { generalFlags } from "../flags/general.ts";
import type { FlagTable, OptionsOf } from "../flag.ts";
import { zshCompletion } from "./zsh.ts";

export type Shell = NonNullable<OptionsOf<typeof generalFlags>["completion"]>;

/** What a shell reads to complete the flags and values of a program. */
export const completions: Readonly<Record<Shell, (program: Program<FlagTable>) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};
