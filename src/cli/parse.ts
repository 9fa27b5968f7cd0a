// Table + argv + environment + profile → typed options. The only importer of commander. Checks single values; what
// flags mean together is decided in pub.ts and con.ts. Where a profile comes from: profile.ts.
import type { Environment } from "../world.ts";
import { Command, CommanderError, Option } from "commander";
import { UsageError, ValueError } from "../errors.ts";
import { notUtf8 } from "./encoding.ts";
import {
  type Flag,
  type FlagTable,
  isRepeatable,
  kebab,
  type OptionsOf,
  variable,
  toSwitch,
} from "./flag.ts";
import { UnknownFlag } from "./unknown-flag.ts";
import { splitWords } from "./words.ts";

/** How much an origin counts: what is typed beats the environment, which beats the profile, which beats the default. */
export const rank = { flag: 3, environment: 2, profile: 1, default: 0 } as const;

/** Where a value came from. */
export type Origin = keyof typeof rank;

/** Named defaults from a file. */
export interface Profile {
  readonly name: string;
  readonly file: string;
  /** The texts of each option, by its key in the table. */
  readonly texts: ReadonlyMap<string, readonly string[]>;
}

/** Where the values of options came from. Which of these a rule asks for is said in CONTRIBUTING.md. */
export interface Origins<Key extends string> {
  readonly origin: (key: Key) => Origin;
  /** On the command line. */
  readonly typed: (key: Key) => boolean;
  /** On the command line, in a variable or in the profile. */
  readonly given: (key: Key) => boolean;
}

export interface Parsed<F extends FlagTable> extends Origins<keyof F & string> {
  readonly options: OptionsOf<F>;
  /** The texts that were read into an option; undefined when nothing was given. */
  readonly texts: (key: keyof F & string) => readonly string[] | undefined;
  /** The text of an error, in which each flag that was not typed is replaced by the variable or profile entry that set it. */
  readonly blame: (text: string) => string;
  readonly profile: Profile | undefined;
  /** What follows `--`; undefined where there is none. */
  readonly operands: readonly string[] | undefined;
}

/** The same for any table, to show what was read. */
export interface Readings {
  readonly options: Readonly<Record<string, unknown>>;
  origin(key: string): Origin;
  texts(key: string): readonly string[] | undefined;
  readonly profile: Profile | undefined;
  readonly operands: readonly string[] | undefined;
}

/** Reads a command line. @throws UsageError naming the flag, the value and the way out */
export function parse<F extends FlagTable>(
  program: string,
  flags: F,
  argv: readonly string[],
  env: Environment,
  profile?: Profile,
): Parsed<F> {
  const { words, operands } = splitWords(flags, argv);
  const typable = Object.fromEntries(Object.entries(flags).filter(([, flag]) => !flag.untyped));
  const typed = readWords(program, typable, words);
  const options: Record<string, unknown> = {};
  const givens = new Map<string, Given>();
  for (const [key, flag] of Object.entries(flags)) {
    const given =
      fromWords(key, typed) ?? fromVariable(key, flag, env) ?? fromProfile(key, flag, profile);
    const isGiven = given !== undefined && given.texts.length > 0;
    if (isGiven) givens.set(key, given);
    options[key] = isGiven ? readValue(flag, given) : flag.default;
  }
  return {
    // The loop above gives each key of the table the type its own reader returns: what OptionsOf says.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    options: options as OptionsOf<F>,
    origin: (key) => givens.get(key)?.origin ?? "default",
    typed: (key) => givens.get(key)?.origin === "flag",
    given: (key) => givens.has(key),
    texts: (key) => givens.get(key)?.texts,
    blame: (text) => blame(text, givens),
    profile,
    operands,
  };
}

/** An option as it was given: where, how errors name that place, and in which words. */
interface Given {
  readonly origin: Exclude<Origin, "default">;
  readonly spelling: string;
  /** None: it is said to be as if nothing were given. */
  readonly texts: readonly string[];
}

function fromWords(
  key: string,
  typed: Readonly<Record<string, readonly string[]>>,
): Given | undefined {
  const texts = typed[key];
  return texts && { origin: "flag", spelling: `--${kebab(key)}`, texts };
}

/**
 * The values in a flag's variable. An empty one counts as not set; a repeatable flag takes one value per line.
 * @throws UsageError when it is not UTF-8 text
 */
function fromVariable(key: string, flag: Flag, env: Environment): Given | undefined {
  const value = flag.ignored || flag.typedOnly ? undefined : env[variable(key)];
  if (value === undefined || value === "") return undefined;
  if (!value.isWellFormed()) throw notUtf8(variable(key));
  const isList = isRepeatable(flag);
  const texts = switched(flag, isList ? value.split("\n").filter((line) => line !== "") : [value]);
  return { origin: "environment", spelling: variable(key), texts };
}

function fromProfile(key: string, flag: Flag, profile: Profile | undefined): Given | undefined {
  const texts = flag.ignored ? undefined : profile?.texts.get(key);
  if (!profile || !texts) return undefined;
  const spelling = `${profile.file}: [${profile.name}] ${kebab(key)}`;
  return { origin: "profile", spelling, texts: switched(flag, texts) };
}

/**
 * A flag that may be typed bare can also be switched on and off in a variable or profile: `AMQP_STATS=true`. But what it can read
 * as a value is one: `1` second, a file called `no`.
 */
function switched(flag: Flag, texts: readonly string[]): readonly string[] {
  const [text = ""] = texts;
  if (flag.bare === undefined || texts.length !== 1) return texts;
  const isWord = /^(true|false)$/i.test(text) || !isReadable(flag, text);
  const position = isWord ? toSwitch(text) : undefined;
  if (position === undefined) return texts;
  return position ? [flag.bare] : [];
}

/** A user does not know a flag that was not typed. What stands in quotes is a value; a flag with a value is one to be typed. */
function blame(text: string, givens: ReadonlyMap<string, Given>): string {
  const spellings = new Map(
    [...givens].map(([key, { spelling }]) => [`--${kebab(key)}`, spelling]),
  );
  return text.replace(
    /".*?"(?=[,:;.)\s]|$)|--[a-z][a-z-]*(?![a-z-]| [A-Z0-9]|=)/gs,
    (word) => spellings.get(word) ?? word,
  );
}

function readValue(flag: Flag, { spelling, texts }: Given): unknown {
  try {
    return flag.read(texts);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    const wrong = texts.find((text) => !isReadable(flag, text)) ?? texts.at(-1);
    const shown = flag.secret ? "" : ` "${wrong}"`;
    throw new UsageError(`${spelling}${shown}: ${error.message}`, error.hint, error);
  }
}

function isReadable(flag: Flag, value: string): boolean {
  try {
    flag.read([value]);
    return true;
  } catch {
    return false;
  }
}

function readWords(
  program: string,
  flags: FlagTable,
  words: readonly string[],
): Readonly<Record<string, readonly string[]>> {
  const command = new Command(program).helpOption(false).exitOverride().allowExcessArguments();
  command.configureOutput({ writeErr: () => {} });
  for (const [key, flag] of mentioned(flags, words)) command.addOption(toOption(key, flag));
  try {
    command.parse([...words], { from: "user" });
  } catch (error) {
    throw error instanceof CommanderError ? explain(error, program, flags) : error;
  }
  if (command.args.length > 0) {
    throw new UsageError(
      `unexpected argument "${command.args[0]}"`,
      `every value belongs to a flag; ${likelyFlag(flags)}`,
    );
  }
  return command.opts();
}

/** What a value without a flag was meant for, most likely. */
function likelyFlag(flags: FlagTable): string {
  return flags["message"]
    ? 'quote a text that holds blanks: -m "two words"'
    : "a queue is named with -q, each with its own, and a program to run stands behind --";
}

function toOption(key: string, flag: Flag): Option {
  const argument = flag.takes === "many" ? "value..." : "value";
  const placeholder = flag.bare === undefined ? `<${argument}>` : `[${argument}]`;
  const spelling = `${flag.short ? `-${flag.short}, ` : ""}--${kebab(key)}`;
  const option = new Option(flag.takes === "none" ? spelling : `${spelling} ${placeholder}`);
  option.attributeName = () => key;
  if (flag.takes === "none") return option.argParser((): string[] => ["true"]).preset("true");
  option.argParser((value: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    value,
  ]);
  return flag.bare === undefined ? option : option.preset(flag.bare);
}

/** commander gets only the flags that may be meant, since each costs start-up time; if one is unknown, it gets all. */
function mentioned(
  flags: FlagTable,
  words: readonly string[],
): readonly (readonly [string, Flag])[] {
  const all = Object.entries(flags);
  const longs = new Set(words.map((word) => word.split("=", 1)[0]));
  const letters = new Set(words.filter((word) => /^-[^-]/.test(word)).join(""));
  const known = new Set(all.map(([key]) => `--${kebab(key)}`));
  if ([...longs].some((word) => word?.startsWith("--") && !known.has(word))) return all;
  return all.filter(
    ([key, { short }]) =>
      longs.has(`--${kebab(key)}`) || (short !== undefined && letters.has(short)),
  );
}

function explain(error: CommanderError, program: string, flags: FlagTable): UsageError {
  // Its name or letter alone: what follows may be a secret, given to a misspelled flag.
  const [, flag = ""] = /option '(?:-\w, )?(--[^'=: ]+|-.)/u.exec(error.message) ?? [];
  if (error.code === "commander.unknownOption") return new UnknownFlag(flag, program, flags);
  if (error.code === "commander.optionMissingArgument") {
    return new UsageError(`${flag} needs a value`, `${program} --help-all explains every flag`);
  }
  return new UsageError(error.message.replace(/^error: /, ""), undefined, error);
}
