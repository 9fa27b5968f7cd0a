// What a run is asked for: what is typed, with the defaults of the profile.
import { UsageError } from "../errors.ts";
import type { Environment } from "../world.ts";
import { locateConfig, readConfig } from "./config-file.ts";
import type { FlagTable } from "./flag.ts";
import type { generalFlags } from "./flags/general.ts";
import { parse, type Parsed } from "./parse.ts";
import type { Program } from "./program.ts";
import { UnknownFlag } from "./unknown-flag.ts";

type General = Parsed<typeof generalFlags>["options"];

/** As `parse`. The module that knows the flags of both programs is loaded only for an unknown one. */
export async function parseTyped<F extends FlagTable & typeof generalFlags>(
  program: Program<F>,
  argv: readonly string[],
  env: Environment,
): Promise<Parsed<F>> {
  try {
    return parse(program.name, program.flags, argv, env);
  } catch (error) {
    if (!(error instanceof UnknownFlag)) return helpOnly(program, argv, error);
    const { explainUnknown } = await import("./other-program.ts");
    throw explainUnknown(error, program);
  }
}

/** A request for help is met, whatever a variable holds. @throws `error` when there is none */
function helpOnly<F extends FlagTable & typeof generalFlags>(
  { name, flags }: Program<F>,
  argv: readonly string[],
  error: unknown,
): Parsed<F> {
  const parsed = parse(name, flags, argv, {});
  const { help, helpAll, version }: General = parsed.options;
  if (help || helpAll || version) return parsed;
  throw error;
}

/** The same command line with the profile's defaults, if there is one. A run without a file only looks for it. */
export async function addProfile<F extends FlagTable & typeof generalFlags>(
  program: Program<F>,
  typed: Parsed<F>,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Parsed<F>> {
  const { config, profile: name }: General = typed.options;
  const location = locateConfig(config, env);
  const file = location === undefined ? undefined : await readConfig(location, signal);
  if (location === undefined && name !== undefined)
    throw new UsageError(
      `--profile ${name}: there is no home folder to look for a configuration file in`,
      "name the file with --config",
    );
  if (file === undefined && (config ?? name) !== undefined)
    throw new UsageError(
      `the configuration file ${location} does not exist`,
      name === undefined ? "check --config" : `--profile ${name} would be a table of it`,
    );
  if (file === undefined) return typed;
  const { readProfile } = await import("./profile.ts");
  const profile = readProfile(file, name, program.flags);
  return profile ? parse(program.name, program.flags, argv, env, profile) : typed;
}
