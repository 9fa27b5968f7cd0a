// A profile: named defaults, a table of the TOML file whose keys are names of flags. Loaded only where there is a file.
// Where the file is and who may read it: config-file.ts. The texts are read by the flags' own records: parse.ts.
import { parse as parseToml, TomlError, type TomlTable, type TomlValue } from "smol-toml";
import { UsageError } from "../errors.ts";
import type { ConfigFile } from "./config-file.ts";
import { type Flag, type FlagTable, isRepeatable, kebab } from "./flag.ts";
import { allFlags } from "./flags/all.ts";
import type { Entry } from "./generate/listing.ts";
import { byOtherName } from "./other-names.ts";
import type { Profile } from "./parse.ts";
import { findSimilar } from "./similar.ts";
import { findPassword, isSecret, splitUrls } from "./url.ts";

/** The profile that counts when none is named. */
export const DEFAULT = "default";

/** Does this flag choose the profile? Then it cannot stand in it. */
export function isChoosing(key: string): boolean {
  return key === "profile" || key === "config";
}

/** The profile of that name, without what only the other program knows. @throws UsageError naming file, profile and key */
export function readProfile(
  file: ConfigFile,
  named: string | undefined,
  flags: FlagTable,
): Profile | undefined {
  const tables = readTables(file);
  refuseShared(file, tables);
  const name = named ?? DEFAULT;
  const table = tables.get(name);
  if (table) return { name, file: file.path, texts: readTexts(table, file, name, flags) };
  if (named === undefined) return undefined;
  const names = [...tables.keys()];
  const meant = findSimilar(named, names);
  const known = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
  throw new UsageError(
    `there is no profile "${named}" in ${file.path}`,
    meant === undefined ? known : `did you mean ${meant}?`,
  );
}

function readTables(file: ConfigFile): ReadonlyMap<string, TomlTable> {
  const tables = new Map<string, TomlTable>();
  for (const [name, value] of Object.entries(parseFile(file))) {
    if (!isTable(value))
      throw new UsageError(
        `${file.path}: "${name}" stands outside of a profile`,
        "begin with a line such as [default] or [staging]",
      );
    tables.set(name, value);
  }
  return tables;
}

function parseFile({ path, text }: ConfigFile): TomlTable {
  try {
    return parseToml(text, { integersAsBigInt: true });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // Its first line alone: below it the library shows the text, which may be a password.
    const [reason = ""] = error.message.replace(/^Invalid TOML document: /, "").split("\n");
    const place = `${path}: line ${error.line}, column ${error.column}`;
    throw new UsageError(`${place}: ${reason}`, "the file is TOML: https://toml.io");
  }
}

/** A password that others can read is none. @throws UsageError */
function refuseShared(
  { path, isShared }: ConfigFile,
  tables: ReadonlyMap<string, TomlTable>,
): void {
  if (!isShared || ![...tables.values()].some(holdsPassword)) return;
  throw new UsageError(
    `${path} holds a password, and other users may read or change it`,
    `chmod 600 ${/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`}`,
  );
}

function holdsPassword({ password, userpass, url }: TomlTable): boolean {
  const passwords = [
    ...listTexts(password),
    ...listTexts(userpass).map((text) => text.replace(/^[^:]*:?/, "")),
    ...listTexts(url).flatMap(splitUrls).map(findPassword),
  ];
  return passwords.some(isSecret);
}

function listTexts(value: TomlValue | undefined): readonly string[] {
  if (value === undefined || isTable(value)) return [];
  return Array.isArray(value) ? value.flatMap(listTexts) : [String(value)];
}

function readTexts(
  table: TomlTable,
  { path }: ConfigFile,
  profile: string,
  flags: FlagTable,
): ReadonlyMap<string, readonly string[]> {
  const known = byName({ ...allFlags, ...flags });
  const texts = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(table)) {
    const place = `${path}: [${profile}] ${name}`;
    const entry = known.get(name);
    if (!entry) throw unknownKey(path, profile, name, known);
    const { key, flag } = entry;
    if (flag.typedOnly || isChoosing(key))
      throw new UsageError(`${place} cannot stand in a profile`, `type it: --${name}`);
    const given = toTexts(value, flag, place);
    if (Object.hasOwn(flags, key)) texts.set(key, given);
  }
  return texts;
}

/** The flags by what a profile calls them. */
function byName(flags: FlagTable): ReadonlyMap<string, Entry> {
  return new Map(Object.entries(flags).map(([key, flag]) => [kebab(key), { key, flag }]));
}

function unknownKey(
  path: string,
  profile: string,
  name: string,
  known: ReadonlyMap<string, Entry>,
): UsageError {
  const possible = [...known].filter(([, { flag }]) => !flag.typedOnly).map(([other]) => other);
  const meant = byOtherName(`--${name}`, allFlags)?.slice(2) ?? findSimilar(name, possible);
  return new UsageError(
    `${path}: [${profile}] has the unknown key "${name}"`,
    meant === undefined ? "the keys are the names of flags without --" : `did you mean ${meant}?`,
  );
}

/** The texts that would be typed for this value. Never shows it: it may be secret. @throws UsageError */
function toTexts(value: TomlValue, flag: Flag, place: string): readonly string[] {
  const isList = isRepeatable(flag);
  if (isTable(value))
    throw new UsageError(`${place}: expected a value, not a table`, 'write lists as ["a", "b"]');
  if (value instanceof Date) throw new UsageError(`${place}: write the time in quotes`);
  if (!Array.isArray(value)) return [String(value)];
  if (!isList)
    throw new UsageError(
      `${place}: expected one value, not a list`,
      "where only the other program takes several, give each a profile of its own",
    );
  return value.flatMap((item) => toTexts(item, flag, place));
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
}
