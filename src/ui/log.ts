// What people read on stderr: one line an event, always escaped. Messages themselves go to stdout (output.ts).
import type { Writable } from "node:stream";
import type { Failure } from "../errors.ts";
import { painter, type ColorChoice } from "./color.ts";
import { escapeLine, escapeText } from "./escape.ts";

export interface Log {
  /** A plain line: `Created queue: hello`. */
  note(line: string): void;
  warn(line: string): void;
  /** `ERROR: …`, and `hint: …` below it when there is a way out. */
  error(failure: Failure): void;
  /** Several lines for whoever debugs. */
  trace(text: string): void;
}

export interface LogStream extends Writable {
  readonly isTTY?: boolean;
}

/** A log on a stream. Lines that can no longer be written are dropped. */
export async function openLog(
  stream: LogStream,
  color: ColorChoice,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Log> {
  const paint = await painter(color, stream, env);
  stream.on("error", () => {});
  const write = (line: string): void => {
    if (stream.writable) stream.write(`${line}\n`);
  };
  return {
    note: (line) => write(escapeLine(line)),
    warn: (line) => write(`${paint("yellow", "WARNING:")} ${escapeLine(line)}`),
    trace: (text) => write(escapeText(text)),
    error: (failure) => {
      write(`${paint("red", "ERROR:")} ${escapeLine(failure.message)}`);
      if (failure.hint !== undefined)
        write(`${paint("cyan", "hint:")} ${escapeLine(failure.hint)}`);
    },
  };
}
