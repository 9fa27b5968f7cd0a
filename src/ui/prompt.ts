// Asks for a password on the terminal, without echo.
import { Writable } from "node:stream";
import { Unreachable, UsageError } from "../errors.ts";

/** A terminal to ask on. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly screen: NodeJS.WritableStream;
}

/** The terminal that this process belongs to, whatever its standard streams are; undefined when it belongs to none. */
export async function openTerminal(): Promise<
  (Terminal & { readonly close: () => void }) | undefined
> {
  const { openSync } = await import("node:fs");
  const { ReadStream, WriteStream } = await import("node:tty");
  try {
    const input = new ReadStream(openSync("/dev/tty", "r"));
    const screen = new WriteStream(openSync("/dev/tty", "w"));
    // That the question can no longer be seen is not an error.
    screen.on("error", ignore);
    // Another program reads there next, and an open stream would keep the process alive.
    const close = (): void => {
      input.destroy();
      screen.destroy();
    };
    return { input, screen, close };
  } catch {
    return undefined;
  }
}

/**
 * Resolves with what was typed. Ctrl-C, which comes as a character here, calls `interrupt`. @throws UsageError when there is no
 * terminal or nothing was typed, Unreachable when the signal is aborted
 */
export async function askPassword(
  { input, screen }: Terminal,
  signal: AbortSignal,
  interrupt: () => void,
): Promise<string> {
  if (!input.isTTY)
    throw new UsageError(
      "no password, and no terminal to ask on",
      "use --password-file or AMQP_PASSWORD",
    );
  const { createInterface } = await import("node:readline");
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const asking = createInterface({ input, output: silent, terminal: true });
  screen.write("Password: ");
  let stop = ignore;
  try {
    return await new Promise<string>((resolve, reject) => {
      stop = () => reject(new Unreachable("stopped before a password was given"));
      signal.addEventListener("abort", stop, { once: true });
      // Back in the foreground after Ctrl-Z: readline has stopped reading.
      asking.on("SIGCONT", () => {
        screen.write("Password: ");
        asking.resume();
      });
      asking.on("SIGINT", interrupt);
      const giveUp = (): void => reject(new UsageError("no password was given"));
      asking.once("close", giveUp);
      // The terminal was closed. There is one more when it cannot be set back.
      asking.on("error", giveUp);
      asking.question("", resolve);
    });
  } finally {
    signal.removeEventListener("abort", stop);
    asking.close();
    screen.write("\n");
  }
}

function ignore(): void {}
