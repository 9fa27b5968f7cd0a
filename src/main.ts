// One run of a binary: parse, signals, streams, error → stderr and exit code. The only catch-all, and the only place
// below bin/ that knows `process`.
import { generalFlags } from "./cli/flags/general.ts";
import type { FlagTable } from "./cli/flag.ts";
import { parse, type Parsed } from "./cli/parse.ts";
import type { Program } from "./cli/program.ts";
import { exitCodes, Failure, ReaderGone } from "./errors.ts";
import { openLog, type Log } from "./ui/log.ts";
import { openOutput } from "./ui/output.ts";
import { askPassword } from "./ui/prompt.ts";
import { version } from "./version.ts";
import type { World } from "./world.ts";

type Flags = FlagTable & typeof generalFlags;

/** Runs a program and sets the exit code; the process ends by itself when nothing is left to do. */
export async function main<F extends Flags>(
  program: Program<F>,
  process: NodeJS.Process,
): Promise<void> {
  // The process list shows the arguments again once it is known which of them are secret.
  process.title = program.name;
  const signal = listenForSignals(process);
  const output = openOutput(process.stdout);
  const stdin = lazyStdin(process);
  let log = await openLog(process.stderr, "auto", process.env);
  let debug = false;
  try {
    const parsed = parse(program.name, program.flags, process.argv.slice(2), process.env);
    const { color, ...general } = readGeneral(parsed);
    debug = general.debug;
    process.title = conceal(program.name, process.argv.slice(2), program.flags, parsed.options);
    log = await openLog(process.stderr, color, process.env);
    const text = await inform(program, general);
    if (text !== undefined) return await output.write(text);
    const run = program.prepare(parsed, process.env);
    const askHere = (): Promise<string> => askPassword(stdin.open(), process.stderr);
    const streams = { stdin: stdin.open, output, log, askPassword: askHere };
    process.exitCode = await run({ ...streams, signal, ...childCare(process) });
  } catch (error) {
    process.exitCode = report(error, log, debug);
  } finally {
    // A pending read would keep the process alive.
    stdin.close();
  }
}

/** The command line without the values of secret flags. */
function conceal(
  name: string,
  argv: readonly string[],
  flags: FlagTable,
  options: Readonly<Record<string, unknown>>,
): string {
  const secrets = Object.keys(flags)
    .filter((key) => flags[key]?.secret && !flags[key].untyped)
    .map((key) => options[key])
    .filter((value): value is string => typeof value === "string" && value !== "");
  const shown = argv.map((word) =>
    secrets.some((secret) => word.includes(secret)) ? "***" : word,
  );
  return [name, ...shown].join(" ");
}

/** Standard input is opened only when asked for: it costs start-up time. */
function lazyStdin(process: NodeJS.Process) {
  let used = false;
  return {
    open: () => {
      used = true;
      return process.stdin;
    },
    close: () => {
      if (used) process.stdin.destroy();
    },
  };
}

/** The first SIGINT or SIGTERM aborts; the second ends the process at once. */
function listenForSignals(process: NodeJS.Process): AbortSignal {
  const stopping = new AbortController();
  const on = (name: "SIGINT" | "SIGTERM", code: number): void => {
    process.on(name, () => {
      if (stopping.signal.aborted) process.exit(code);
      stopping.abort();
    });
  };
  on("SIGINT", exitCodes.interrupted.code);
  on("SIGTERM", exitCodes.terminated.code);
  return stopping.signal;
}

/** What it takes to run other programs, and to leave none behind. */
function childCare(process: NodeJS.Process): Pick<World, "env" | "signalGroup" | "ending"> {
  const ending = new AbortController();
  process.once("exit", () => ending.abort());
  return {
    env: process.env,
    ending: ending.signal,
    signalGroup: (group, signal) => {
      try {
        return process.kill(-group, signal);
      } catch {
        return false;
      }
    },
  };
}

type General = Parsed<typeof generalFlags>["options"];

function readGeneral({ options }: { readonly options: General }): General {
  return options;
}

/** What was asked for instead of a run. A run need not load what writes it. */
async function inform<F extends Flags>(
  program: Program<F>,
  asked: Omit<General, "color">,
): Promise<string | undefined> {
  if (asked.version) return `${program.name} ${version}\n`;
  if (asked.help || asked.helpAll) {
    const { longHelp, shortHelp } = await import("./cli/generate/help.ts");
    return asked.help ? shortHelp(program) : longHelp(program);
  }
  if (asked.completion === undefined) return undefined;
  const { completions } = await import("./cli/generate/completions.ts");
  return completions[asked.completion](program);
}

function report(error: unknown, log: Log, debug: boolean): number {
  if (error instanceof ReaderGone) return exitCodes.done.code;
  const failure =
    error instanceof Failure
      ? error
      : new Failure(
          "defect",
          `this is a defect of the program: ${String(error)}`,
          "please report it with the output of --debug",
          error,
        );
  log.error(failure);
  if (debug)
    for (let e: unknown = error; e instanceof Error; e = e.cause) log.trace(e.stack ?? e.message);
  return failure.exitCode;
}
