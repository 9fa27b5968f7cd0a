// The settings of a run for its report: what was given and where, without secrets. Loaded only for a report.
import type { Setting } from "../measure.ts";
import { type FlagTable, isRepeatable, kebab } from "./flag.ts";
import type { Origin } from "./parse.ts";
import { showSecret } from "./print-config.ts";

/** What was read of a command line, as far as it is told. */
export interface Given {
  origin(key: string): Origin;
  texts(key: string): readonly string[] | undefined;
  readonly operands: readonly string[];
}

/** In the order of the table. */
export function listSettings(flags: FlagTable, given: Given): readonly Setting[] {
  const settings = Object.entries(flags).flatMap(([key, flag]): readonly Setting[] => {
    const texts = given.texts(key);
    if (texts === undefined || flag.ignored || flag.typedOnly) return [];
    const shown = flag.secret ? texts.map((text) => showSecret(key, text)) : texts;
    const isList = isRepeatable(flag);
    const value = isList ? shown.join(", ") : (shown.at(-1) ?? "");
    return [{ name: `--${kebab(key)}`, value, origin: given.origin(key) }];
  });
  if (given.operands.length === 0) return settings;
  return [...settings, { name: "--", value: given.operands.join(" "), origin: "flag" }];
}
