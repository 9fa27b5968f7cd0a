// The words of a command line before they are parsed: abbreviated long flags made whole, operands split off.
import { UsageError } from "../errors.ts";
import { kebab, type Flag, type FlagTable } from "./flag.ts";

/** The words up to `--`, each long flag written out, and what follows it: undefined where there is no `--`. */
export interface Words {
  readonly words: readonly string[];
  readonly operands: readonly string[] | undefined;
}

/** Leaves the values of flags alone, also those that look like flags. @throws UsageError for an ambiguous abbreviation */
export function splitWords(flags: FlagTable, argv: readonly string[]): Words {
  const longs = new Map(Object.entries(flags).map(([key, flag]) => [`--${kebab(key)}`, flag]));
  const shorts = shortFlags(flags);
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? "";
    if (word === "--") return { words, operands: argv.slice(i + 1) };
    const joined = withoutSign(word, shorts);
    if (joined) {
      words.push(...joined);
      continue;
    }
    const [, typed = "", value = ""] = /^([^=]*)(.*)$/s.exec(word) ?? [];
    const whole = typed.startsWith("--") ? completeName(typed, longs) : typed;
    if (value !== "" && longs.get(whole)?.takes === "none")
      throw new UsageError(`${whole} takes no value`, `leave out "${value}"`);
    // An unknown flag goes without its value, so that a similar one can be suggested.
    const isKnown = longs.has(whole) || !whole.startsWith("--");
    words.push(isKnown ? `${whole}${value}` : whole);
    const next = argv[i + 1];
    if (value === "" && next !== undefined && takesNext(whole, longs, shorts)) {
      words.push(next);
      i++;
    }
  }
  return { words, operands: undefined };
}

/**
 * `-k=x` is `-kx`, as for the sample; and `-k=` is `-k ""`. Undefined for a word without such a sign.
 * @throws UsageError for a letter that takes no value
 */
function withoutSign(word: string, shorts: ShortFlags): readonly string[] | undefined {
  const at = findValueLetter(word, shorts);
  if (at > 0 && word[at] === "=")
    throw new UsageError(`-${word[at - 1]} takes no value`, `leave out "${word.slice(at)}"`);
  // Of an unknown letter commander names the letter alone: what follows may be a secret.
  if (word[at + 1] !== "=" || !shorts.has(word.charAt(at))) return undefined;
  const [letters, value] = [word.slice(0, at + 1), word.slice(at + 2)];
  return value === "" ? [letters, value] : [letters + value];
}

function completeName(typed: string, longs: ReadonlyMap<string, Flag>): string {
  if (longs.get(typed)?.untyped) throw neverTyped(typed);
  if (longs.has(typed)) return typed;
  // Also those of the sample that have no effect here: a user who means one of them must not get another.
  const candidates = [...longs]
    .filter(([long, flag]) => long.startsWith(typed) && !flag.untyped)
    .map(([long]) => long);
  if (candidates.length > 1)
    throw new UsageError(`${typed} is ambiguous`, `it could be ${candidates.join(", ")}`);
  const [whole = typed] = candidates;
  if (longs.get(whole)?.writtenOut)
    throw new UsageError(`${typed} may mean the secret itself`, `write out ${whole}`);
  return whole;
}

function neverTyped(flag: string): UsageError {
  return new UsageError(
    `${flag} is never typed: other users of this machine could read its value`,
    "put the password into AMQP_PASSWORD, or into a file: --password-file",
  );
}

/** Short flags by their letters. */
export type ShortFlags = ReadonlyMap<string, Flag>;

export function shortFlags(flags: FlagTable): ShortFlags {
  const all = Object.values(flags);
  return new Map(all.flatMap((flag) => (flag.short === undefined ? [] : [[flag.short, flag]])));
}

/**
 * Where in a word of short flags the letter stands that takes what follows as its value: the rest of the word, or, as the
 * last letter of `-Qq`, the next word. 0 when there is none.
 */
export function findValueLetter(word: string, shorts: ShortFlags): number {
  if (!/^-[A-Za-z0-9]/.test(word)) return 0;
  const letters = word.slice(1).split("");
  return 1 + letters.findIndex((letter) => shorts.get(letter)?.takes !== "none");
}

/** Does this word take the next one as its value? */
function takesNext(word: string, longs: ReadonlyMap<string, Flag>, shorts: ShortFlags): boolean {
  if (word.startsWith("--")) return needsValue(longs.get(word));
  const at = findValueLetter(word, shorts);
  return at > 0 && at === word.length - 1 && needsValue(shorts.get(word.charAt(at)));
}

function needsValue(flag: Flag | undefined): boolean {
  return flag !== undefined && flag.takes !== "none" && flag.bare === undefined;
}
