// --template: {{words}} in bodies, keys and headers. Why no library: docs/adr/0017-templates-of-our-own.md.
import type { Environment } from "../world.ts";
import { randomUUID } from "node:crypto";
import { UsageError, ValueError } from "../errors.ts";
import { isList, isTable, type Field, type Table } from "../message/fields.ts";
import type { Message } from "../message/message.ts";
import { isName } from "../message/text.ts";

/** What the words stand for. */
export interface TemplateWorld {
  /** The number of the message in this run, from 1 on. */
  readonly n: number;
  readonly env: Environment;
}

type Word = (args: readonly string[], world: TemplateWorld) => string;

/** Each word with the number of its arguments. */
const words: Readonly<Record<string, readonly [number, Word]>> = {
  n: [0, (_, { n }) => `${n}`],
  uuid: [0, () => randomUUID()],
  now: [0, () => new Date().toISOString()],
  random: [2, ([low = "", high = ""]) => pick(low, high)],
  env: [1, ([name = ""], { env }) => readVariable(name, env)],
};

/** Anything that begins with a letter is meant as a word. Not \s: among a character's bytes may be 0xA0, a blank in Latin 1. */
const pattern = /\{\{ *([a-z_][^ \t-\r{}]*)((?: +[^ \t-\r{}]+)*) *\}\}/gi;

/** The text with each `{{word}}` replaced. @throws ValueError for an unknown word, or wrong arguments */
export function expand(text: string, world: TemplateWorld): string {
  return text.replace(pattern, (whole, name: string, rest: string) => {
    const args = rest.split(" ").filter((arg) => arg !== "");
    const [arity, word] = (Object.hasOwn(words, name) ? words[name] : undefined) ?? [];
    if (!word)
      throw new ValueError(`${whole}: no such word; there are ${Object.keys(words).join(", ")}`);
    if (args.length !== arity)
      throw new ValueError(`${whole}: expected ${arity} ${arity === 1 ? "argument" : "arguments"}`);
    return word(args, world);
  });
}

/** The same for bytes, of which only the words need be text. */
export function expandBytes(bytes: Buffer, world: TemplateWorld): Buffer {
  if (!bytes.includes("{{")) return bytes;
  // Latin 1 has a character for each byte; what is put in is UTF-8.
  const text = bytes.toString("latin1").replace(pattern, (whole) => {
    const word = Buffer.from(whole, "latin1").toString("utf8");
    return Buffer.from(expand(word, world)).toString("latin1");
  });
  return Buffer.from(text, "latin1");
}

/** Tries texts that were typed, and those among the headers. @throws UsageError naming the text that cannot be expanded */
export function checkTemplates(
  texts: readonly string[],
  headers: Table,
  env: TemplateWorld["env"],
): void {
  const world = { n: 1, env };
  try {
    for (const text of texts) expand(text, world);
    expandTable(headers, world);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new UsageError(`--template: ${error.message}`, undefined, error);
  }
}

/** The message with each text expanded: its body, its key, the texts among its headers. @throws ValueError */
export function expandMessage(message: Message, world: TemplateWorld): Message {
  const { routingKey, properties, body } = message;
  const key = expand(routingKey, world);
  // It would be refused when it is sent, but then it would have had a number.
  if (!isName(key)) throw new ValueError("the routing key is longer than 255 bytes");
  return {
    ...message,
    routingKey: key,
    properties: properties.headers
      ? { ...properties, headers: expandTable(properties.headers, world) }
      : properties,
    body: expandBytes(body, world),
  };
}

function expandTable(table: Table, world: TemplateWorld): Table {
  const entries = Object.entries(table);
  return Object.fromEntries(entries.map(([name, field]) => [name, expandField(field, world)]));
}

/** Numbers, times and bytes that are written as text (fields.ts) hold no braces. */
function expandField(field: Field, world: TemplateWorld): Field {
  if (typeof field === "string") return expand(field, world);
  if (isList(field)) return field.map((entry) => expandField(entry, world));
  return isTable(field) ? expandTable(field, world) : field;
}

function pick(low: string, high: string): string {
  const [from, to] = [Number(low), Number(high)];
  if (Number.isSafeInteger(from) && Number.isSafeInteger(to) && from <= to)
    return `${from + Math.floor(Math.random() * (to - from + 1))}`;
  throw new ValueError(
    `{{random ${low} ${high}}}: expected two whole numbers below 2^53, the smaller one first`,
  );
}

function readVariable(name: string, env: TemplateWorld["env"]): string {
  const value = env[name];
  if (value === undefined)
    throw new ValueError(`{{env ${name}}}: there is no such environment variable`);
  if (!value.isWellFormed()) throw new ValueError(`{{env ${name}}}: not UTF-8 text`);
  return value;
}
