// One run of a binary: parse, signals, streams, error → stderr and exit code. The only catch-all, and where the rest of the
// program gets what it knows of `process`.
import { closeSync } from "node:fs";
import { isatty } from "node:tty";
import { now } from "./time/clock.ts";
import { conceal } from "./cli/conceal.ts";
import { exactEnvironment, findMisread, notUtf8 } from "./cli/encoding.ts";
import { generalFlags } from "./cli/flags/general.ts";
import type { FlagTable } from "./cli/flag.ts";
import { addProfile, parseTyped } from "./cli/command-line.ts";
import { locateConfig } from "./cli/config-file.ts";
import type { Parsed } from "./cli/parse.ts";
import type { Program } from "./cli/program.ts";
import { hidePassword } from "./cli/url.ts";
import { exitCodes, Failure, ReaderGone, Refused } from "./errors.ts";
import { lazyStdin } from "./input.ts";
import { colorAsTyped, painter } from "./ui/color.ts";
import { completing } from "./ui/file-stream.ts";
import { openLog, type Log } from "./ui/log.ts";
import { openOutput } from "./ui/output.ts";
import { askPassword, openTerminal } from "./ui/prompt.ts";
import { version } from "./version.ts";
import { withoutMessage } from "./work/environment.ts";
import type { Environment, Run, World } from "./world.ts";

type Flags = FlagTable & typeof generalFlags;

/** Before it is known who set a flag. */
const asTyped: Parsed<Flags>["blame"] = (text) => text;

/**
 * Runs what the command line asks for, which `prepare` says, and sets the exit code; the process ends when nothing is left
 * to do.
 */
export async function main<F extends Flags>(
  program: Program<F>,
  prepare: (parsed: Parsed<F>, env: Environment) => Run,
  process: NodeJS.Process,
): Promise<void> {
  const argv = process.argv.slice(2);
  const misread = findMisread(argv);
  const shown = conceal(program.flags, argv);
  process.title = [program.name, ...shown].join(" ");
  const signal = listenForSignals(process);
  leaveClosedTerminals(process);
  leaveByExit(process);
  const output = openOutput(completing(process.stdout));
  const stdin = lazyStdin(process);
  let log = await openLog(process.stderr, colorAsTyped(argv, process.env), process.env);
  // Back in the foreground after Ctrl-Z: the shell has written meanwhile.
  process.on("SIGCONT", () => log.footer?.release());
  let debug = false;
  let blame = asTyped;
  try {
    if (misread) throw notUtf8(misread);
    const environment = exactEnvironment(process.env);
    const env = withoutMessage(environment);
    const typed = await parseTyped(program, argv, env);
    blame = typed.blame;
    const general = generalOf(typed);
    debug = general.debug;
    log = await openLog(process.stderr, general.color, process.env);
    const text = await inform(program, general);
    if (text !== undefined) return await output.write(text);
    const parsed = await addProfile(program, typed, argv, env, signal);
    blame = parsed.blame;
    debug = generalOf(parsed).debug;
    if (parsed !== typed) log = await openLog(process.stderr, generalOf(parsed).color, process.env);
    if (general.printConfig) return await output.write(await describe(program, parsed, env));
    const run = prepare(parsed, environment);
    const askHere = () => askOnTerminal(process, stdin, signal);
    const { color } = generalOf(parsed);
    const paint = () => painter(color, process.stdout, process.env);
    const streams = { stdin: stdin.open, output, painter: paint, log, askPassword: askHere };
    process.exitCode = await run({ ...streams, signal, env: environment, ...childCare(process) });
  } catch (error) {
    process.exitCode = report(error, blame, log, debug);
  } finally {
    stdin.close();
    leaveSoon(process, signal);
  }
}

/** How long output may still be written when the run is over. */
const LAST_WORDS_MS = 500;

/** Streams that nobody reads or writes would keep the process alive for ever; but people may take their time to read the end. */
function leaveSoon(process: NodeJS.Process, signal: AbortSignal): void {
  const leave = (): void => void setTimeout(() => process.exit(), LAST_WORDS_MS).unref();
  if (signal.aborted || process.stdout.writableLength > 0) return leave();
  process.stderr.write("", leave);
  signal.addEventListener("abort", leave);
}

/** A process that ends by itself drops its signal handlers first, and a late signal would kill it; one that exits keeps them. */
function leaveByExit(process: NodeJS.Process): void {
  process.once("beforeExit", () => process.exit());
}

/** At exit Node resets terminals as it found them, and aborts if one was closed meanwhile; so we close it first. */
function leaveClosedTerminals(process: NodeJS.Process): void {
  const terminals = [0, 1, 2].filter((fd) => isatty(fd));
  process.once("exit", () => {
    for (const fd of terminals) if (!isatty(fd)) closeSync(fd);
  });
}

/** A signal that comes again this soon is the same one: a terminal sends it to us and to `timeout`, which passes it on. */
const ECHO_MS = 40;

/** The first SIGINT, SIGTERM or SIGHUP aborts; the second ends the process at once, and so does SIGQUIT. */
function listenForSignals(process: NodeJS.Process): AbortSignal {
  const stopping = new AbortController();
  let first: { readonly name: string; readonly at: number } | undefined;
  const on = (name: NodeJS.Signals, code: number): void => {
    process.on(name, () => {
      const isEcho = first?.name === name && now() - first.at <= ECHO_MS;
      if (first && !isEcho) process.exit(code);
      first ??= { name, at: now() };
      stopping.abort();
    });
  };
  on("SIGINT", exitCodes.interrupted.code);
  on("SIGTERM", exitCodes.terminated.code);
  // Only we are told when a terminal is closed: handlers have process groups of their own.
  on("SIGHUP", exitCodes.hungUp.code);
  process.on("SIGQUIT", () => process.exit(exitCodes.quit.code));
  return stopping.signal;
}

/** Without a terminal, the question goes to standard error, and the answer comes from standard input. */
async function askOnTerminal(
  process: NodeJS.Process,
  stdin: ReturnType<typeof lazyStdin>,
  signal: AbortSignal,
): Promise<string> {
  const terminal = await openTerminal();
  const asked = terminal ?? { input: stdin.open(), screen: process.stderr };
  const interrupt = (): void => void process.kill(process.pid, "SIGINT");
  return askPassword(asked, signal, interrupt).finally(() => terminal?.close());
}

/** What it takes to run other programs, and to leave none behind. */
function childCare(process: NodeJS.Process): Pick<World, "signalGroup" | "ending"> {
  const ending = new AbortController();
  process.once("exit", () => ending.abort());
  return {
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

/** Only the type changes: a program's own flags are not known here. */
function generalOf({ options }: { readonly options: General }): General {
  return options;
}

async function describe<F extends Flags>(
  { name, flags }: Program<F>,
  parsed: Parsed<F>,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const { printConfig } = await import("./cli/print-config.ts");
  return printConfig(name, flags, parsed, locateConfig(generalOf(parsed).config, env));
}

/** What was asked for instead of a run. A run need not load what writes it. */
async function inform<F extends Flags>(
  program: Program<F>,
  asked: General,
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

function report(error: unknown, blame: Parsed<Flags>["blame"], log: Log, debug: boolean): number {
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
  // A broker's text does not name flags.
  log.error(toTell(failure, failure instanceof Refused ? asTyped : blame));
  if (debug)
    for (let e: unknown = error; e instanceof Error; e = e.cause)
      log.trace(hidePassword(e.stack ?? e.message));
  return failure.exitCode;
}

/** The same failure, with flags named as they were given, and without the password of any URL that it may show. */
function toTell({ exit, message, hint }: Failure, blame: Parsed<Flags>["blame"]): Failure {
  const tell = (text: string): string => blame(hidePassword(text));
  return new Failure(exit, tell(message), hint === undefined ? hint : tell(hint));
}
