// A flag that a program does not have, and what may have been meant.
import { UsageError } from "../errors.ts";
import { kebab, type FlagTable } from "./flag.ts";
import { byOtherName } from "./other-names.ts";
import { findSimilar } from "./similar.ts";

export class UnknownFlag extends UsageError {
  readonly flag: string;

  constructor(flag: string, program: string, flags: FlagTable) {
    const meant = byOtherName(flag, flags) ?? similar(flag, flags);
    const hint = meant ? `did you mean ${meant}?` : `${program} --help-all lists every flag`;
    const ofValue = "its value stands behind a blank or an equals sign";
    super(`unknown flag ${flag}`, meant === flag ? ofValue : hint);
    this.flag = flag;
  }
}

/** The flag whose name is nearly that, of those that have an effect. */
function similar(typed: string, flags: FlagTable): string | undefined {
  const effective = Object.entries(flags).filter(([, { ignored }]) => !ignored);
  const meant = findSimilar(
    typed.slice(2),
    effective.map(([key]) => kebab(key)),
  );
  return meant === undefined ? undefined : `--${meant}`;
}
