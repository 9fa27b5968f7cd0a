// Boxes and arrows as a Mermaid flowchart, for Markdown documents (mermaid.js.org/syntax/flowchart).
import type { Graph, Node } from "./graph.ts";
import { escapeLine } from "../ui/escape.ts";

const frames = {
  client: ['["', '"]'],
  exchange: ['(["', '"])'],
  queue: ['[("', '")]'],
} as const;

/** The flowchart's text. Ends with a newline. */
export function toMermaid({ nodes, edges }: Graph): string {
  const all = [...edges.flatMap(({ from, to }) => [from, to]), ...nodes];
  // Ids of our own: a name could be a word of Mermaid's language.
  const ids = new Map<string, string>();
  const boxes: string[] = [];
  for (const node of all) {
    if (ids.has(node.id)) continue;
    const id = `n${ids.size + 1}`;
    ids.set(node.id, id);
    boxes.push(`  ${id}${box(node)}`);
  }
  const arrows = edges.flatMap(({ from, to, labels }) =>
    labels.map((label) => {
      const arrow = label === "" ? "-->" : `-- "${quote(label)}" -->`;
      return `  ${ids.get(from.id)} ${arrow} ${ids.get(to.id)}`;
    }),
  );
  return `${["flowchart LR", ...boxes, ...arrows].join("\n")}\n`;
}

function box({ shape, title, notes }: Node): string {
  const [open, close] = frames[shape];
  const lines = notes.length === 0 ? [title] : [title, notes.join(", ")];
  return `${open}${lines.map(quote).join("<br>")}${close}`;
}

/** Text inside of quotes: whatever could end them, or be read as HTML or Markdown, by its number. */
function quote(text: string): string {
  return escapeLine(text).replace(
    /[^\p{L}\p{N} .,:=+/()@-]/gu,
    (character) => `#${character.codePointAt(0)};`,
  );
}
