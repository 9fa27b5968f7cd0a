// Starting programs in tests: the two real binaries, a shell line that uses them, a terminal around them, any other tool.
// What a started program offers (output, waiting, signals, its end) is in child.ts.
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Child, type Exit } from "./child.ts";
import { DEADLINE_MS } from "./watch.ts";

export type BinaryName = "amqp-pub" | "amqp-con";

/** How to start a program. */
export interface RunOptions {
  /** Added to the clean environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Text or bytes are written and stdin is ended; `"open"` leaves it to write() and end(). Default: /dev/null. */
  readonly stdin?: string | Buffer;
  readonly cwd?: string;
  /** A file descriptor, e.g. of /dev/full, that becomes stdout; nothing is collected then. */
  readonly stdout?: number;
}

/** Which streams of the program are the terminal, and how large that is. */
export interface TerminalOptions extends Omit<RunOptions, "stdout"> {
  readonly on?: "both" | "stdout" | "stderr";
  readonly columns?: number;
  readonly rows?: number;
}

const root = fileURLToPath(new URL("../../", import.meta.url));
const INHERITED = ["PATH", "HOME", "USER", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "NODE_V8_COVERAGE"];

/** The built bundle of a binary. */
function binary(name: BinaryName): string {
  return join(root, "dist", `${name}.cjs`);
}

/**
 * A small environment that is the same everywhere: none of the runner's AMQP_*, NO_COLOR, FORCE_COLOR, NODE_OPTIONS,
 * no profile of the user, UTF-8.
 */
export function environment(added: RunOptions["env"] = {}): NodeJS.ProcessEnv {
  const inherited = INHERITED.map((name): [string, string | undefined] => [
    name,
    process.env[name],
  ]);
  const fixed = {
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
    XDG_CONFIG_HOME: join(tmpdir(), "amqp-pubcon-no-config"),
  };
  const all = { ...Object.fromEntries(inherited), ...fixed, ...added };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Starts any program. */
export function command(file: string, args: readonly string[], options: RunOptions = {}): Child {
  const { stdin } = options;
  const child = new Child({
    file,
    args,
    env: environment(options.env),
    cwd: options.cwd,
    stdio: [stdin === undefined ? "ignore" : "pipe", options.stdout ?? "pipe", "pipe"],
    streams: { stdout: 1, stderr: 2 },
  });
  if (stdin !== undefined && stdin !== "open") child.end(stdin);
  return child;
}

/** The Node that runs our binaries: this very one, or the one that `npm run test:nodes` tries. */
const node = process.env["NODE_UNDER_TEST"] ?? process.execPath;

/** Starts one of our binaries. */
export function run(name: BinaryName, args: readonly string[], options: RunOptions = {}): Child {
  return command(node, [binary(name), ...args], options);
}

/** Runs one of our binaries until it exits; kills it and rejects, with everything printed, after `timeoutMs`. */
export async function runToEnd(
  name: BinaryName,
  args: readonly string[],
  options: RunOptions & { readonly timeoutMs?: number } = {},
): Promise<Exit> {
  return await run(name, args, options).ended(options.timeoutMs ?? DEADLINE_MS);
}

/** Starts a bash script that calls `amqp-pub` and `amqp-con` by name, joined by real pipes; a failing member fails the pipe. */
export function shell(script: string, options: RunOptions = {}): Child {
  const path = [join(root, "test/support/path"), process.env["PATH"]].join(delimiter);
  return command("bash", ["-o", "pipefail", "-c", script], {
    ...options,
    env: { PATH: path, TEST_NODE: node, ...options.env },
  });
}

/**
 * Starts any program in a terminal (util-linux `script`). `stdout` and `stderr` of the result are the program's own; with
 * `on: "both"` they share the terminal and all is in `stdout`. The terminal writes `\n` as `\r\n` and echoes what is typed.
 * stdin is the terminal too, and stays open: `write("\x03")` is Ctrl-C, `write("\x04")` ends it.
 */
export function terminal(
  file: string,
  args: readonly string[],
  options: TerminalOptions = {},
): Child {
  const { on = "both", columns = 80, rows = 24 } = options;
  const { redirection, streams } = wiring[on];
  const program = [file, ...args].map(quote).join(" ");
  const child = new Child({
    file: "script",
    args: [
      "-qec",
      `stty cols ${columns} rows ${rows}; exec ${program} ${redirection}`,
      "/dev/null",
    ],
    env: environment({ SHELL: "/bin/sh", ...options.env }),
    cwd: options.cwd,
    stdio: ["pipe", "pipe", "pipe", "pipe"],
    streams,
  });
  if (options.stdin !== undefined && options.stdin !== "open") void child.write(options.stdin);
  return child;
}

const wiring = {
  both: { redirection: "3>&-", streams: { stdout: 1, stderr: 2 } },
  stdout: { redirection: "2>&3 3>&-", streams: { stdout: 1, stderr: 3 } },
  stderr: { redirection: ">&3 3>&-", streams: { stdout: 3, stderr: 1 } },
} as const;

/** Starts one of our binaries in a terminal. */
export function pty(
  name: BinaryName,
  args: readonly string[],
  options: TerminalOptions = {},
): Child {
  return terminal(node, [binary(name), ...args], options);
}

/** One argument for a POSIX shell. */
export function quote(argument: string): string {
  return `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}
