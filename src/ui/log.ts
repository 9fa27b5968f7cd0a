// What people read on stderr: one line an event, always escaped. Messages themselves go to stdout (output.ts).
import type { Environment } from "../world.ts";
import type { Failure } from "../errors.ts";
import { painter, type ColorChoice } from "./color.ts";
import { escapeLine, escapeText } from "./escape.ts";
import { Footer, type Screen } from "./footer.ts";

export interface Log {
  /** A plain line: `Created queue: hello`. */
  note(line: string): void;
  warn(line: string): void;
  /** `ERROR: …`, and `hint: …` below it when there is a way out. */
  error(failure: Failure): void;
  /** Several lines, for debugging. */
  trace(text: string): void;
  /** Several lines that another program wrote; resolves when more may come. */
  relay(text: string): Promise<void>;
  /** The lines below all others; undefined where stderr is no terminal that can do that. */
  readonly footer: Footer | undefined;
}

/** A log on a stream. Lines that can no longer be written are dropped. */
export async function openLog(stream: Screen, color: ColorChoice, env: Environment): Promise<Log> {
  const paint = await painter(color, stream, env);
  stream.on("error", () => {});
  const footer = stream.isTTY && env["TERM"] !== "dumb" ? new Footer(stream) : undefined;
  const write = (line: string): void => {
    if (footer) footer.above(`${line}\n`);
    else if (stream.writable) stream.write(`${line}\n`);
  };
  return {
    footer,
    note: (line) => write(escapeLine(line)),
    warn: (line) => write(`${paint("yellow", "WARNING:")} ${escapeLine(line)}`),
    trace: (text) => write(escapeText(text)),
    relay: async (text) => {
      write(escapeText(text));
      if (stream.writableNeedDrain) await drained(stream);
    },
    error: (failure) => {
      write(`${paint("red", "ERROR:")} ${escapeLine(failure.message)}`);
      if (failure.hint !== undefined)
        write(`${paint("cyan", "hint:")} ${escapeLine(failure.hint)}`);
    },
  };
}

/** Warns of each line only once. */
export function warningOnce(log: Pick<Log, "warn">): (line: string) => void {
  const told = new Set<string>();
  return (line) => {
    if (!told.has(line)) log.warn(line);
    told.add(line);
  };
}

/** Resolves when the stream takes more, or will never take anything again. */
async function drained(stream: Screen): Promise<void> {
  await new Promise<void>((resolve) => {
    const events = ["drain", "close", "error"] as const;
    const end = (): void => {
      for (const event of events) stream.off(event, end);
      resolve();
    };
    for (const event of events) stream.on(event, end);
  });
}
