// HTML and SVG that cannot be broken by what they show: a template whose values are escaped unless they are markup already.
import { escapeLine } from "../ui/escape.ts";

/** A piece of HTML or SVG. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Markup | undefined | readonly Value[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** The template as markup. (Not named `html`: the formatter would change the text of such templates.) Texts lose what could act on a terminal or reorder what is read, too; undefined is nothing. */
export function markup(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const rest = strings.slice(1).map((string, i) => toText(values[i]) + string);
  return new Markup([strings[0] ?? "", ...rest].join(""));
}

function toText(value: Value): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === "number") return `${value}`;
  if (typeof value === "string")
    return escapeLine(value).replace(/[&<>"']/g, (character) => entities[character] ?? "");
  return value === undefined ? "" : value.map(toText).join("\n");
}
