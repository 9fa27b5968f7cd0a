// Table + argv + environment → typed options. The only importer of commander. Checks single values; what
// flags mean together is decided in pub.ts and con.ts.
import { Command, CommanderError, Option } from "commander";
import { UsageError, ValueError } from "../errors.ts";
import { kebab, variable, type Flag, type FlagTable, type OptionsOf } from "./flag.ts";

/** Where a value came from; what is typed beats the environment, which beats the default. */
export type Origin = "flag" | "environment" | "default";

export interface Parsed<F extends FlagTable> {
  readonly options: OptionsOf<F>;
  /** Where each option's value came from. */
  readonly origin: (key: keyof F & string) => Origin;
  /** What follows `--`. */
  readonly operands: readonly string[];
}

/** Reads a command line. @throws UsageError naming the flag, the value and the way out */
export function parse<F extends FlagTable>(
  name: string,
  flags: F,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Parsed<F> {
  const { typed, operands } = readArgv(name, flags, argv);
  const options: Record<string, unknown> = {};
  const origins = new Map<string, Origin>();
  for (const [key, flag] of Object.entries(flags)) {
    const given = typed[key];
    const fromEnv = flag.ignored ? undefined : env[variable(key)];
    origins.set(key, given ? "flag" : fromEnv === undefined ? "default" : "environment");
    if (given) options[key] = readValue(flag, `--${kebab(key)}`, given);
    else if (fromEnv !== undefined)
      options[key] = readValue(flag, variable(key), splitVariable(flag, fromEnv));
    else options[key] = flag.default;
  }
  return {
    // The loop above gives each key of the table the type its own reader returns: what OptionsOf says.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    options: options as OptionsOf<F>,
    origin: (key) => origins.get(key) ?? "default",
    operands,
  };
}

function readValue(flag: Flag, name: string, texts: readonly string[]): unknown {
  try {
    return flag.read(texts);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    const value = flag.secret ? "" : ` "${texts.at(-1)}"`;
    throw new UsageError(`${name}${value}: ${error.message}`);
  }
}

/** A repeatable flag takes one value per line from its variable. */
function splitVariable(flag: Flag, value: string): readonly string[] {
  return flag.takes === "each" || flag.takes === "many" ? value.split("\n") : [value];
}

interface Typed {
  readonly typed: Readonly<Record<string, readonly string[]>>;
  readonly operands: readonly string[];
}

function readArgv(name: string, flags: FlagTable, argv: readonly string[]): Typed {
  const command = new Command(name).helpOption(false).exitOverride().allowExcessArguments();
  command.configureOutput({ writeErr: () => {} });
  const complete = completeNames(flags, argv);
  for (const [key, flag] of named(flags, complete)) command.addOption(toOption(key, flag));
  try {
    command.parse([...complete], { from: "user" });
  } catch (error) {
    throw error instanceof CommanderError ? explain(error, name) : error;
  }
  if (command.args.length > 0 && !complete.includes("--")) {
    throw new UsageError(
      `unexpected argument "${command.args[0]}"`,
      `every value belongs to a flag; quote a text that holds blanks: -m "two words"`,
    );
  }
  return { typed: command.opts(), operands: command.args };
}

function toOption(key: string, flag: Flag): Option {
  const value = flag.takes === "many" ? "value..." : "value";
  const placeholder = flag.bare === undefined ? `<${value}>` : `[${value}]`;
  const names = `${flag.short ? `-${flag.short}, ` : ""}--${kebab(key)}`;
  const option = new Option(flag.takes === "none" ? names : `${names} ${placeholder}`);
  option.attributeName = () => key;
  if (flag.takes === "none") return option.argParser((): string[] => []).preset("");
  option.argParser((value: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    value,
  ]);
  return flag.bare === undefined ? option : option.preset(flag.bare);
}

/** commander gets only the flags that may be meant, since each costs start-up time; for an unknown one it gets all. */
function named(flags: FlagTable, argv: readonly string[]): readonly (readonly [string, Flag])[] {
  const all = Object.entries(flags);
  const longs = new Set(argv.map((token) => token.split("=", 1)[0]));
  const letters = new Set(argv.filter((token) => /^-[^-]/.test(token)).join(""));
  const known = new Set(all.map(([key]) => `--${kebab(key)}`));
  if ([...longs].some((token) => token?.startsWith("--") && token !== "--" && !known.has(token)))
    return all;
  return all.filter(
    ([key, { short }]) =>
      longs.has(`--${kebab(key)}`) || (short !== undefined && letters.has(short)),
  );
}

/** Makes each abbreviated long flag whole (`--nb-message`), leaving the values of flags alone. */
function completeNames(flags: FlagTable, argv: readonly string[]): readonly string[] {
  const names = new Map(Object.entries(flags).map(([key, flag]) => [`--${kebab(key)}`, flag]));
  const shorts = new Map(Object.values(flags).map((flag) => [flag.short, flag]));
  const whole: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const token = argv[i] ?? "";
    if (token === "--") return [...whole, ...argv.slice(i)];
    const [typed = "", ...rest] = token.split("=");
    const name = typed.startsWith("--") ? wholeName(typed, names) : typed;
    whole.push([name, ...rest].join("="));
    const needsValue = rest.length === 0 && takesNext(name, names, shorts);
    const next = argv[i + 1];
    if (needsValue && next !== undefined) {
      whole.push(next);
      i++;
    }
  }
  return whole;
}

function wholeName(typed: string, names: ReadonlyMap<string, Flag>): string {
  if (names.has(typed)) return typed;
  const candidates = [...names.entries()].filter(
    ([name, flag]) => name.startsWith(typed) && !flag.ignored,
  );
  if (candidates.length > 1) {
    const list = candidates.map(([name]) => name).join(", ");
    throw new UsageError(`${typed} is ambiguous`, `it could be ${list}`);
  }
  return candidates[0]?.[0] ?? typed;
}

/** Does this token take the next one as its value? In `-Qq NAME` the last letter decides. */
function takesNext(
  name: string,
  names: ReadonlyMap<string, Flag>,
  shorts: ReadonlyMap<string | undefined, Flag>,
): boolean {
  const needs = (flag: Flag | undefined): boolean =>
    flag !== undefined && flag.takes !== "none" && flag.bare === undefined;
  if (name.startsWith("--")) return needs(names.get(name));
  if (!/^-[A-Za-z0-9]/.test(name)) return false;
  const letters = [...name.slice(1)];
  const first = letters.findIndex((letter) => shorts.get(letter)?.takes !== "none");
  return first === letters.length - 1 && needs(shorts.get(letters[first]));
}

function explain(error: CommanderError, name: string): UsageError {
  const [, flag = ""] = /option '(?:-\w, )?([^' ]+)/.exec(error.message) ?? [];
  const [, meant] = /Did you mean (.*)\?/.exec(error.message) ?? [];
  if (error.code === "commander.unknownOption") {
    return new UsageError(
      `unknown flag ${flag}`,
      meant ? `did you mean ${meant}?` : `${name} --help-all lists every flag`,
    );
  }
  if (error.code === "commander.optionMissingArgument") {
    return new UsageError(`${flag} needs a value`, `${name} --help-all explains every flag`);
  }
  return new UsageError(error.message.replace(/^error: /, ""), undefined, error);
}
