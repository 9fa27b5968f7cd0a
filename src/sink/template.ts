// --format TEMPLATE: a text with letters for the parts of a message, as kcat has them. What stands between the letters is
// the user's own and is written as it is; what comes from the message is escaped on a terminal.
import { ValueError } from "../errors.ts";
import { propertyNames, type Delivery } from "../message/message.ts";
import { plainField } from "../message/plain-field.ts";
import { encodeText } from "../message/text.ts";
import { showBody, showText } from "../ui/content.ts";
import type { Format } from "./sink.ts";

type Part = (delivery: Delivery, isTerminal: boolean) => Buffer;

const text =
  (read: (delivery: Delivery) => string): Part =>
  (delivery, isTerminal) =>
    showText(read(delivery), isTerminal);

/** Each letter; absent things are empty. `%s %S %k %K %h %T %o` mean what they mean in kcat. */
const letters: Readonly<Record<string, Part>> = {
  s: ({ body }, isTerminal) => showBody(body, isTerminal),
  S: text(({ body }) => `${body.length}`),
  k: text(({ routingKey }) => routingKey),
  K: text(({ routingKey }) => `${encodeText(routingKey).length}`),
  e: text(({ exchange }) => exchange),
  q: text(({ queue }) => queue),
  h: text(({ properties }) =>
    Object.entries(properties.headers ?? {})
      .map(([name, field]) => `${name}=${plainField(field)}`)
      .join(","),
  ),
  T: text(({ properties: { timestamp } }) =>
    timestamp === undefined ? "" : `${BigInt(timestamp) * 1000n}`,
  ),
  R: text(() => new Date().toISOString()),
  o: text(({ deliveryTag }) => `${deliveryTag}`),
  r: text(({ redelivered }) => `${redelivered}`),
  "%": () => Buffer.from("%"),
};

/** What stands in braces behind a letter, as errors show it, and what the two mean. */
interface Worded {
  readonly words: readonly string[];
  readonly read: (word: string) => Part;
}

/** Letters with a word in braces behind them. */
const worded: Readonly<Record<string, Worded>> = {
  p: {
    words: ["PROPERTY"],
    read: (word) => {
      const key = properties.get(word.replaceAll(/[-_]/g, "").toLowerCase());
      if (!key) throw new ValueError(`%p{${word}} is no property; one is ${propertyList}`);
      return text((delivery) => `${delivery.properties[key] ?? ""}`);
    },
  },
  h: {
    words: ["NAME"],
    read: (word) =>
      text(({ properties: { headers } }) => {
        const field = headers && Object.hasOwn(headers, word) ? headers[word] : undefined;
        return field === undefined ? "" : plainField(field);
      }),
  },
  s: {
    words: ["hex", "base64"],
    read: (word) => {
      if (word !== "hex" && word !== "base64")
        throw new ValueError(`%s{${word}}: a body is shown in hex or base64`);
      return ({ body }) => Buffer.from(body.toString(word));
    },
  },
};

/** Each property by its name as it may be typed, but for dashes and capitals. */
const properties = new Map(
  Object.entries(propertyNames).map(([name, key]) => [name.replaceAll("-", ""), key]),
);
const propertyList = Object.values(propertyNames).join(", ");

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  "0": "\0",
  "\\": "\\",
};

/** Does this word look like a template, rather than like the name of a format? */
export function isTemplate(word: string): boolean {
  return /[%\\]/.test(word);
}

/** Reads a template. @throws ValueError naming what it does not understand */
export function template(source: string): Format {
  const parts: Part[] = [];
  const tokens =
    /%(?<letter>[a-zA-Z%])(?:\{(?<word>[^}]*)\}|(?<open>\{))?|\\(?:x(?<code>[0-9a-fA-F]{2})|(?<escape>[nrt0\\]))|(?<plain>[^%\\]+)|(?<wrong>[^]{1,2})/gu;
  for (const { groups = {} } of source.matchAll(tokens)) parts.push(readPart(groups));
  return (delivery, { isTerminal }) => parts.map((part) => part(delivery, isTerminal));
}

function readPart(token: Readonly<Record<string, string | undefined>>): Part {
  const { letter, word, open, code, escape, plain, wrong } = token;
  if (open !== undefined)
    throw new ValueError(`%${letter}{ lacks its "}"; a brace that is just text is \\x7b`);
  if (letter !== undefined) return readLetter(letter, word);
  if (wrong !== undefined)
    throw new ValueError(
      wrong.startsWith("%")
        ? `"${wrong}" is no letter; a percent sign is %%`
        : `"${wrong}" is no escape; there are \\n \\r \\t \\0 \\xNN and \\\\`,
    );
  const bytes =
    code === undefined
      ? Buffer.from(plain ?? escapes[escape ?? ""] ?? "")
      : Buffer.from(code, "hex");
  return () => bytes;
}

function readLetter(letter: string, word: string | undefined): Part {
  const part = word === undefined ? letters[letter] : worded[letter]?.read(word);
  if (part) return part;
  if (word === undefined && letter === "p")
    throw new ValueError(`%p needs a property: one of ${propertyList}, as in %p{type}`);
  if (word !== undefined) throw new ValueError(`%${letter} takes no {${word}}`);
  throw new ValueError(`%${letter} is not known; there are ${listKnown().join(" ")}`);
}

/** `%s`, …, `%s{hex}`, … */
function listKnown(): readonly string[] {
  const inBraces = Object.entries(worded).flatMap(([letter, { words }]) =>
    words.map((word) => `${letter}{${word}}`),
  );
  return [...Object.keys(letters), ...inBraces].map((known) => `%${known}`);
}
