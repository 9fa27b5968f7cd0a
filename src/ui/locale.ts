// What the environment says of the language and the characters that people read.
import type { Environment } from "../world.ts";

/** Does the locale say that output is UTF-8? POSIX: the first of these variables that is not empty counts. */
export function speaksUtf8(env: Environment): boolean {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  return /utf-?8/i.test(locale);
}
