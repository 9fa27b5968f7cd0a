// Asks for a password on the terminal, without echo.
import { Writable } from "node:stream";
import { UsageError } from "../errors.ts";

interface Terminal extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
}

/** Resolves with what was typed. @throws UsageError when there is no terminal, or the signal is aborted first */
export async function askPassword(
  input: Terminal,
  screen: NodeJS.WritableStream,
  signal: AbortSignal,
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
  const close = (): void => asking.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      asking.once("SIGINT", close);
      asking.once("close", () => reject(new UsageError("no password was given")));
      asking.question("", resolve);
    });
  } finally {
    signal.removeEventListener("abort", close);
    asking.close();
    screen.write("\n");
  }
}
