// A flag of the other program: a user who types it for this one is told whose it is. Loaded only then.
import { UsageError } from "../errors.ts";
import { kebab, type FlagTable } from "./flag.ts";
import { allFlags } from "./flags/all.ts";
import { byOtherName } from "./other-names.ts";
import type { Program } from "./program.ts";
import type { UnknownFlag } from "./unknown-flag.ts";

/** The same error, with a better hint where the other program has the flag. */
export function explainUnknown(
  error: UnknownFlag,
  { name, flags }: Program<FlagTable>,
): UsageError {
  const { flag } = error;
  const [key] =
    Object.entries(allFlags).find(
      ([each, { short }]) =>
        !Object.hasOwn(flags, each) &&
        [`--${kebab(each)}`, `-${short}`].includes(byOtherName(flag, allFlags) ?? flag),
    ) ?? [];
  if (key === undefined) return error;
  const other = name === "amqp-pub" ? "amqp-con" : "amqp-pub";
  const whole = flag === `--${kebab(key)}` ? "" : ` (--${kebab(key)})`;
  return new UsageError(`${name} has no flag ${flag}`, `it is one of ${other}${whole}`);
}
