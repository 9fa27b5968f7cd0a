// The body and a newline; and the body alone, for the formats that frame it otherwise.
import { escapeBytes } from "../ui/escape.ts";
import type { Format } from "./sink.ts";

export const newline = Buffer.from("\n");

/** The body's bytes; on a terminal with its control characters escaped. */
export function showBody(bytes: Buffer, isTerminal: boolean): Buffer {
  return isTerminal ? Buffer.from(escapeBytes(bytes)) : bytes;
}

export const body: Format = (delivery, isTerminal) => [
  showBody(delivery.body, isTerminal),
  newline,
];
