// What all generators have in common: the flags under their headings, and how a flag and its value are spelled.
import { groups, kebab, type Flag, type FlagTable, type Group } from "../flag.ts";

/** A flag and its key in the table. */
export interface Entry {
  readonly key: string;
  readonly flag: Flag;
}

/** The flags under one heading. */
export interface Section {
  readonly group: Group;
  readonly entries: readonly Entry[];
}

/** What values of times and sizes mean. */
export const UNITS =
  "Times are seconds, those marked MS milliseconds, sizes bytes; or with a unit: 250ms, 5s, 2m, 64KiB.";

/** All flags but those that are ignored or never typed. */
export function list(flags: FlagTable): readonly Entry[] {
  return Object.entries(flags)
    .map(([key, flag]) => ({ key, flag }))
    .filter(({ flag }) => !flag.ignored && !flag.untyped);
}

/** Flags by heading; headings in their own order, flags in the table's; no heading without flags. */
export function bySection(entries: readonly Entry[]): readonly Section[] {
  return groups
    .map((group) => ({ group, entries: entries.filter(({ flag }) => flag.group === group) }))
    .filter((section) => section.entries.length > 0);
}

/** `--queue` */
export function long({ key }: Entry): string {
  return `--${kebab(key)}`;
}

/** `-q` and `--queue` */
export function spellings(entry: Entry): readonly string[] {
  const { short } = entry.flag;
  return short === undefined ? [long(entry)] : [`-${short}`, long(entry)];
}

/** `QUEUE`, `FILE...`, or `[FILE...]` when the value may be left out; empty for a toggle. */
export function value({ flag }: Entry): string {
  if (flag.takes === "none") return "";
  const shown = `${flag.placeholder}${flag.takes === "many" ? "..." : ""}`;
  return flag.bare === undefined ? shown : `[${shown}]`;
}

/** The choices, unless the placeholder is the list of them. */
export function choices({ placeholder, choices: words }: Flag): readonly string[] {
  return words === undefined || placeholder === words.join("|") ? [] : words;
}

/** What completions offer as a value: words, or files, or nothing that could be guessed. */
export function offers({ choices: words, completes }: Flag): readonly string[] | "file" {
  return words ?? completes ?? [];
}
