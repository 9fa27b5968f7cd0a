// What a flag is: one record, from which parsing, help, man pages, completions and the README reference are made.
// How argv becomes values is parse.ts; which flags exist is flags/.
import { ValueError } from "../errors.ts";
import { readField, type Field } from "../message/fields.ts";
import { isName } from "../message/text.ts";
import { readSize, writeSize } from "./units.ts";

/** The headings of help and reference, in their order. */
export const groups = [
  "Input",
  "Message properties",
  "Delivery",
  "RPC",
  "Consuming",
  "Handlers",
  "Output",
  "Topology",
  "Administration",
  "Connection",
  "TLS",
  "General",
] as const;

export type Group = (typeof groups)[number];

/** What a table says of a flag; its key in the table is its name (`nbMessages` is `--nb-messages`). */
export interface Description {
  readonly group: Group;
  /** At most 60 characters, lower case, no full stop: help and completions. */
  readonly summary: string;
  /** Whole sentences for the man page and the README. */
  readonly details?: string;
  readonly short?: string;
  readonly placeholder?: string;
  /** The value meant when the flag is given bare (`--stats`); makes the value optional. */
  readonly bare?: string;
  /** Shown in the short help too. */
  readonly usual?: true;
  /** What completions offer as a value: files, or these words (others are allowed as well). */
  readonly completes?: "file" | readonly string[];
  /** Asks for something else than a run (help): has no environment variable, and no place in a profile. */
  readonly typedOnly?: true;
  /** Has a variable and a place in profiles, but is never typed: other users see what is. */
  readonly untyped?: true;
  /** Never abbreviated: who types less may mean the secret itself, which an error about the file that holds it would show. */
  readonly writtenOut?: true;
  /** Left out of help and completions: accepted so that commands of the sample run unchanged. */
  readonly ignored?: true;
  /** Hidden in errors and the process title; --print-config and --report show as much as print-config.ts lets through. */
  readonly secret?: true;
}

/** A flag of the sample that does nothing here. */
export const ignored = {
  group: "General",
  ignored: true,
  summary: "accepted as in the sample; no effect here",
} as const satisfies Description;

/** May the flag be given more than once, each time with a value of its own? */
export function isRepeatable({ takes }: Pick<Reader<unknown>, "takes">): boolean {
  return takes === "each" || takes === "many";
}

/** A flag whose texts are read into T. `read` throws ValueError with what it expected. */
export interface Reader<T> {
  /** none: a toggle; one: `--flag VALUE`, the last wins; each: repeatable; many: `--flag VALUE…`. */
  readonly takes: "none" | "one" | "each" | "many";
  readonly choices?: readonly string[];
  /** The default as it would be typed; absent when there is nothing to show. */
  readonly shownDefault?: string | undefined;
  read(this: void, values: readonly string[]): T;
}

export type Flag = Description & Reader<unknown> & { readonly default?: unknown };
export type FlagTable = Readonly<Record<string, Flag>>;

/** The typed options of a table: a flag without default may be undefined. */
export type OptionsOf<F> = {
  readonly [K in keyof F]: F[K] extends Reader<infer T>
    ? F[K] extends { readonly default: unknown }
      ? T
      : T | undefined
    : never;
};

const last = (values: readonly string[]): string => values.at(-1) ?? "";

/** A maker of flags with one value: how it is read, and how a default is written. */
export function one<T>(
  placeholder: string,
  read: (value: string) => T,
  write: (value: T) => string = String,
) {
  return <S extends Description & { readonly default?: T }>(spec: S): S & Reader<T> => ({
    placeholder,
    ...spec,
    takes: "one",
    shownDefault: spec.default === undefined ? undefined : write(spec.default),
    read: (values) => read(last(values)),
  });
}

/** Any text. */
export const text = one("TEXT", (value) => value);

/** A name as AMQP has it: at most 255 bytes. */
export const name = one("NAME", readName);

/** A name as it is. @throws ValueError when it is too long for AMQP */
export function readName(value: string): string {
  if (isName(value)) return value;
  throw new ValueError("longer than the 255 bytes that AMQP allows");
}

/** A number, not always whole, that `fits`; `expected` says which do. */
export function decimal(placeholder: string, fits: (value: number) => boolean, expected: string) {
  return one(placeholder, (word) => {
    const value = /^(\d+\.?\d*|\.\d+)$/.test(word) ? Number(word) : Number.NaN;
    if (Number.isFinite(value) && fits(value)) return value;
    throw new ValueError(`expected a number, ${expected}`);
  });
}

/** How many a second: more than 0. */
export const perSecond = decimal("N", (value) => value > 0, "more than 0");

/** A number of bytes: plain, `64KiB`, `1MB`. */
export function size(bounds: { readonly max: number }) {
  const read = (value: string): number => {
    const bytes = readSize(value);
    if (bytes <= bounds.max) return bytes;
    throw new ValueError(`expected at most ${writeSize(bounds.max)}`);
  };
  return one("SIZE", read, writeSize);
}

/** A whole number within bounds. */
export function count(bounds: { readonly min: number; readonly max?: number }) {
  const { min, max = Number.MAX_SAFE_INTEGER } = bounds;
  return one("N", (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new ValueError(
      bounds.max === undefined
        ? `expected a whole number, ${min} or more`
        : `expected a whole number from ${min} to ${max}`,
    );
  });
}

/** One of a list of words, which is the list that help and completion show. */
export function oneOf<const C extends readonly string[]>(choices: C) {
  const isChoice = (word: string): word is C[number] => choices.includes(word);
  return <S extends Description & { readonly default?: C[number] }>(
    spec: S,
  ): S & Reader<C[number]> => ({
    ...one(choices.join("|"), (word): C[number] => {
      if (isChoice(word)) return word;
      throw new ValueError(`expected one of ${choices.join(", ")}`);
    })(spec),
    choices,
  });
}

/** A key of a map of choices: adding an entry to the map adds the choice. */
export function keyOf<const M extends object>(map: M) {
  const isKey = (key: string): key is Extract<keyof M, string> => Object.hasOwn(map, key);
  return oneOf(Object.keys(map).filter(isKey));
}

/** A flag without value. In the environment `true`/`1`/`yes` or `false`/`0`/`no`. */
export function toggle<S extends Description>(
  spec: S,
): S & Reader<boolean> & { readonly default: false } {
  return { ...spec, takes: "none", default: false, read: (values) => readSwitch(last(values)) };
}

function readSwitch(value: string): boolean {
  const position = toSwitch(value);
  if (position === undefined) throw new ValueError("expected true or false");
  return position;
}

/** Undefined for a word that is neither. */
export function toSwitch(word: string): boolean | undefined {
  if (/^(true|1|yes|on)$/i.test(word)) return true;
  return /^(false|0|no|off)$/i.test(word) ? false : undefined;
}

/** A maker of flags that may be given several times; all values are kept, in order. */
export function each<T>(placeholder: string, read: (value: string) => T) {
  return <S extends Description & { readonly default?: readonly T[] }>(
    spec: S,
  ): S & Reader<readonly T[]> => ({
    placeholder,
    ...spec,
    takes: "each",
    read: (values) => values.map(read),
  });
}

/** Names as AMQP has them. */
export const names = each("NAME", readName);

/** `--flag FILE…`: several file names after one flag; `-` is standard input. */
export function files<S extends Description>(spec: S): S & Reader<readonly string[]> {
  return {
    placeholder: "FILE",
    completes: "file",
    ...spec,
    takes: "many",
    read: (values) => values,
  };
}

/** A file that we read. */
export function file<S extends Description>(
  spec: S,
): S & Reader<string> & { readonly completes: "file" } {
  return { placeholder: "FILE", ...spec, completes: "file", takes: "one", read: last };
}

/** Typed `KEY=VALUE`, repeatable: `n=5` is text, `n:int=5` a number; later ones of the same key win. */
export function pairs<S extends Description>(spec: S): S & Reader<Readonly<Record<string, Field>>> {
  return { placeholder: "KEY=VALUE", ...spec, takes: "each", read: readPairs };
}

function readPairs(values: readonly string[]): Readonly<Record<string, Field>> {
  // No prototype, so that a header named __proto__ is an entry like any other.
  const table: Record<string, Field> = Object.create(null);
  for (const value of values) {
    const parts = /^([^=:]+)(?::([a-z0-9]+))?=(.*)$/s.exec(value);
    if (!parts) throw new ValueError("expected KEY=VALUE or KEY:TYPE=VALUE");
    const [, key = "", type, content = ""] = parts;
    table[readName(key)] = type === undefined ? content : readField(type, content);
  }
  return table;
}

/** `nbMessages` → `nb-messages`: the name as it is typed, without dashes. */
export function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The environment variable of a flag: `nbMessages` → `AMQP_NB_MESSAGES`. */
export function variable(key: string): string {
  return `AMQP_${kebab(key).replaceAll("-", "_").toUpperCase()}`;
}
