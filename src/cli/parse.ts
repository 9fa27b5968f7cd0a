// Table + argv + environment → typed options. The only importer of commander. Checks single values; what
// flags mean together is decided in pub.ts and con.ts.
import { Command, CommanderError, Option } from "commander";
import { UsageError, ValueError } from "../errors.ts";
import { kebab, variable, type Flag, type FlagTable, type OptionsOf } from "./flag.ts";
import { splitWords } from "./words.ts";

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
  program: string,
  flags: F,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Parsed<F> {
  const { words, operands } = splitWords(flags, argv);
  const typed = readWords(program, flags, words);
  const options: Record<string, unknown> = {};
  const origins = new Map<string, Origin>();
  for (const [key, flag] of Object.entries(flags)) {
    const given = typed[key];
    const fromEnv = readVariable(key, flag, env);
    origins.set(key, given ? "flag" : fromEnv ? "environment" : "default");
    if (given) options[key] = readValue(flag, `--${kebab(key)}`, given);
    else if (fromEnv) options[key] = readValue(flag, variable(key), fromEnv);
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

/** The values in a flag's variable. An empty one counts as not set; a repeatable flag takes one value per line. */
function readVariable(
  key: string,
  flag: Flag,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] | undefined {
  const value = flag.ignored || flag.typedOnly ? undefined : env[variable(key)];
  if (value === undefined || value === "") return undefined;
  if (flag.takes !== "each" && flag.takes !== "many") return [value];
  return value.split("\n").filter((line) => line !== "");
}

function readValue(flag: Flag, spelling: string, values: readonly string[]): unknown {
  try {
    return flag.read(values);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    const wrong = values.find((value) => !isReadable(flag, value)) ?? values.at(-1);
    const shown = flag.secret ? "" : ` "${wrong}"`;
    throw new UsageError(`${spelling}${shown}: ${error.message}`, undefined, error);
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
    throw error instanceof CommanderError ? explain(error, program) : error;
  }
  if (command.args.length > 0) {
    throw new UsageError(
      `unexpected argument "${command.args[0]}"`,
      `every value belongs to a flag; quote a text that holds blanks: -m "two words"`,
    );
  }
  return command.opts();
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

/** commander gets only the flags that may be meant, since each costs start-up time; for an unknown one it gets all. */
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

function explain(error: CommanderError, program: string): UsageError {
  // Without what follows "=": it may be a secret, given to a misspelled flag.
  const [, flag = ""] = /option '(?:-\w, )?([^'= ]+)/.exec(error.message) ?? [];
  const [, meant] = /Did you mean (.*)\?/.exec(error.message) ?? [];
  if (error.code === "commander.unknownOption") {
    return new UsageError(
      `unknown flag ${flag}`,
      meant ? `did you mean ${meant}?` : `${program} --help-all lists every flag`,
    );
  }
  if (error.code === "commander.optionMissingArgument") {
    return new UsageError(`${flag} needs a value`, `${program} --help-all explains every flag`);
  }
  return new UsageError(error.message.replace(/^error: /, ""), undefined, error);
}
