// JSON laid out over lines, token by token: digits, escapes, the order of keys and keys that occur twice all stay as they
// were written, which JSON.parse and JSON.stringify would not keep.
import type { Paint } from "../ui/color.ts";
import { escapeLine } from "../ui/escape.ts";
import type { Look } from "./sink.ts";

/** Deeper ones are not laid out: their indentation would be most of the output. */
export const MAX_DEPTH = 64;
/** Lines that a terminal gets, and characters of one string. */
const TERMINAL_LINES = 2000;
const TERMINAL_CHARACTERS = 8000;

/** The text over lines, without a last newline; undefined when it is not JSON, or nested too deep to be read. */
export function layOutJson(text: string, { isTerminal, paint }: Look): string | undefined {
  if (!isJson(text)) return undefined;
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  const lines: string[] = [];
  let line = "";
  let depth = 0;
  const end = (): void => {
    lines.push(line);
    line = "  ".repeat(depth);
  };
  for (const [i, token] of tokens.entries()) {
    const next = tokens[i + 1] ?? "";
    const closes = next === "}" || next === "]";
    if (token === "{" || token === "[") depth++;
    if (depth > MAX_DEPTH) return undefined;
    if (closes) depth--;
    line += show(token, next, isTerminal, paint);
    const isEmpty = closes && (token === "{" || token === "[");
    if (!isEmpty && (closes || token === "," || token === "{" || token === "[")) end();
    if (isTerminal && lines.length >= TERMINAL_LINES) return `${lines.join("\n")}\n… (cut here)`;
  }
  return [...lines, line].join("\n");
}

function show(token: string, next: string, isTerminal: boolean, paint: Paint): string {
  if (token === ":") return ": ";
  const safe = isTerminal ? escapeLine(shorten(token)) : token;
  if (token.startsWith('"')) return paint(next === ":" ? "cyan" : "green", safe);
  return /^[\w-]/.test(token) ? paint("yellow", safe) : safe;
}

function shorten(token: string): string {
  if (token.length <= TERMINAL_CHARACTERS) return token;
  return `${token.slice(0, TERMINAL_CHARACTERS)}… (${token.length} characters in all)`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
