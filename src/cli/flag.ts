// What a flag is: one record, from which parsing, help, man pages, completions and the README reference are made.
// How argv becomes values is parse.ts; which flags exist is flags/.
import { ValueError } from "../errors.ts";
import { readField, type Field } from "../fields.ts";
import { readDuration, readSize } from "./units.ts";

export type Group =
  | "Connection"
  | "Topology"
  | "Input"
  | "Message properties"
  | "Delivery"
  | "Consuming"
  | "Output"
  | "General";

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
  /** Shown by completions. */
  readonly completes?: "file" | "directory";
  /** Left out of help and completions: accepted so that commands of the sample run unchanged. */
  readonly ignored?: true;
  /** The value is never shown by --print-config. */
  readonly secret?: true;
}

/** A flag whose texts are read into T. `read` throws ValueError with what it expected. */
export interface Reader<T> {
  /** none: a toggle; one: `--flag VALUE`, the last wins; each: repeatable; many: `--flag VALUE…`. */
  readonly takes: "none" | "one" | "each" | "many";
  readonly choices?: readonly string[];
  read(this: void, texts: readonly string[]): T;
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

const last = (texts: readonly string[]): string => texts.at(-1) ?? "";

function one<T>(placeholder: string, read: (text: string) => T) {
  return <S extends Description & { readonly default?: T }>(spec: S): S & Reader<T> => ({
    placeholder,
    ...spec,
    takes: "one",
    read: (texts) => read(last(texts)),
  });
}

/** Any text. */
export const text = one("TEXT", (value) => value);

/** A length of time, in milliseconds; a plain number means seconds. */
export const duration = one("SEC", (value) => readDuration(value, 1000));

/** A time to live, in milliseconds; a plain number means milliseconds, as in the sample. */
export const timeToLive = one("MS", (value) => Math.round(readDuration(value, 1)));

/** A length of time in milliseconds, or "forever". */
export const outage = one("SEC", (value) =>
  value === "forever" ? Infinity : readDuration(value, 1000),
);

/** A number of bytes: plain, `64KiB`, `1MB`. */
export const size = one("SIZE", readSize);

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
  return <S extends Description & { readonly default?: C[number] }>(
    spec: S,
  ): S & Reader<C[number]> => ({
    placeholder: choices.join("|"),
    ...spec,
    takes: "one",
    choices,
    read: (texts) => {
      const found = choices.find((choice) => choice === last(texts));
      if (found === undefined) throw new ValueError(`expected one of ${choices.join(", ")}`);
      return found;
    },
  });
}

/** A key of a map of choices: adding an entry to the map adds the choice. */
export function keyOf<const M extends object>(map: M) {
  const isKey = (word: string): word is Extract<keyof M, string> => Object.hasOwn(map, word);
  const choices = Object.keys(map);
  return <S extends Description & { readonly default?: Extract<keyof M, string> }>(
    spec: S,
  ): S & Reader<Extract<keyof M, string>> => ({
    placeholder: "NAME",
    ...spec,
    takes: "one",
    choices,
    read: (texts) => {
      const word = last(texts);
      if (isKey(word)) return word;
      throw new ValueError(`expected one of ${choices.join(", ")}`);
    },
  });
}

/** A flag without value. In the environment `true`/`1`/`yes` or `false`/`0`/`no`. */
export function toggle<S extends Description>(
  spec: S,
): S & Reader<boolean> & { readonly default: false } {
  return { ...spec, takes: "none", default: false, read: (texts) => readSwitch(last(texts)) };
}

function readSwitch(value: string): boolean {
  if (/^(|true|1|yes|on)$/i.test(value)) return true;
  if (/^(false|0|no|off)$/i.test(value)) return false;
  throw new ValueError("expected true or false");
}

/** A text that may be given several times; all are kept, in order. */
export function texts<S extends Description & { readonly default?: readonly string[] }>(
  spec: S,
): S & Reader<readonly string[]> {
  return { placeholder: "TEXT", ...spec, takes: "each", read: (values) => values };
}

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

/** A file that is read by us. */
export const file = <S extends Description>(
  spec: S,
): S & Reader<string> & { readonly completes: "file" } => ({
  placeholder: "FILE",
  ...spec,
  completes: "file",
  takes: "one",
  read: last,
});

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
    table[key] = type === undefined ? content : readField(type, content);
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
