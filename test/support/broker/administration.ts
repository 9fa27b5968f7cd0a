// rabbitmqctl for any broker: beside a node, inside a container, or the developer's own command. The way in is plain
// data, so that it can be handed to another process (vitest's workers).
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** How to reach a broker's rabbitmqctl. */
export type Administration =
  | {
      readonly kind: "program";
      readonly file: string;
      readonly args: readonly string[];
      readonly env: Env;
    }
  | { readonly kind: "shell"; readonly command: string }
  | { readonly kind: "container"; readonly id: string };

/** Environment variables of a child process. */
export type Env = Readonly<Record<string, string>>;

interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs rabbitmqctl with `args` and gives its standard output. Rejects with both of its outputs when it fails.
 * One call costs most of a second: it starts an Erlang VM.
 */
export async function rabbitmqctl(way: Administration, args: readonly string[]): Promise<string> {
  const outcome = await run(way, args);
  if (outcome.exitCode === 0) return outcome.stdout;
  const said = `${outcome.stdout}${outcome.stderr}`.trim();
  throw new Error(
    `rabbitmqctl ${args.join(" ")} failed with exit code ${outcome.exitCode}: ${said}`,
  );
}

function run(way: Administration, args: readonly string[]): Promise<Outcome> {
  if (way.kind === "container") return runInContainer(way.id, args);
  if (way.kind === "program") return runProgram(way.file, [...way.args, ...args], way.env);
  return runProgram("sh", ["-c", `${way.command} "$@"`, "rabbitmqctl", ...args]);
}

async function runProgram(file: string, args: readonly string[], env?: Env): Promise<Outcome> {
  const options = { timeout: 60_000, ...(env === undefined ? {} : { env }) };
  try {
    const { stdout, stderr } = await promisify(execFile)(file, args, options);
    return { exitCode: 0, stdout, stderr };
  } catch (error) {
    return {
      exitCode: 1,
      stdout: textOf(error, "stdout"),
      stderr: textOf(error, "stderr") || String(error),
    };
  }
}

async function runInContainer(id: string, args: readonly string[]): Promise<Outcome> {
  // Loaded only here: it costs a third of a second.
  const { getContainerRuntimeClient } = await import("testcontainers");
  const { container } = await getContainerRuntimeClient();
  return container.exec(container.getById(id), ["rabbitmqctl", ...args]);
}

function textOf(error: unknown, key: "stdout" | "stderr"): string {
  const value: unknown =
    typeof error === "object" && error !== null ? Reflect.get(error, key) : undefined;
  return typeof value === "string" ? value : "";
}
