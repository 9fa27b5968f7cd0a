// The settings of a run for its report: what was given and where, without secrets. Loaded only for a report.
import type { Setting } from "../measure.ts";
import { type FlagTable, isRepeatable, kebab } from "./flag.ts";
import type { Readings } from "./parse.ts";
import { showSecret } from "./print-config.ts";

/** In the order of the table. */
export function listSettings(
  flags: FlagTable,
  readings: Pick<Readings, "origin" | "texts" | "operands">,
): readonly Setting[] {
  const settings = Object.entries(flags).flatMap(([key, flag]): readonly Setting[] => {
    const texts = readings.texts(key);
    if (texts === undefined || flag.ignored || flag.typedOnly) return [];
    const shown = flag.secret ? texts.map((text) => showSecret(key, text)) : texts;
    const isList = isRepeatable(flag);
    const value = isList ? shown.join(", ") : (shown.at(-1) ?? "");
    return [{ name: `--${kebab(key)}`, value, origin: readings.origin(key) }];
  });
  if (readings.operands === undefined) return settings;
  // Without its arguments, as in a dry run: they may be secret.
  const [file = "", ...args] = readings.operands;
  const command = args.length > 0 ? `${file} …` : file;
  return [...settings, { name: "--", value: command, origin: "flag" }];
}
