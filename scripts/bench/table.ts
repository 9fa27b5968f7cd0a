// Results as Markdown, and their places in docs/performance.md.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** What one bench has found. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const document = fileURLToPath(new URL("../../docs/performance.md", import.meta.url));

/** Numbers, which begin with a digit in every row, to the right. */
export function toMarkdown({ columns, rows }: Table): string {
  const rule = columns.map((_, i) =>
    rows.every((row) => /^(\d|–)/.test(row[i] ?? "")) ? "---:" : "---",
  );
  return [columns, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Puts a table between `<!-- NAME -->` and `<!-- end -->`. @throws Error when there is no such place */
export async function writeDown(name: string, table: Table, where: string): Promise<void> {
  const old = await readFile(document, "utf8");
  const place = new RegExp(`(<!-- ${name} -->\n)[^]*?(\n<!-- end -->)`);
  if (!place.test(old)) throw new Error(`docs/performance.md has no place for ${name}`);
  const text = `\n${toMarkdown(table)}\n\n${where}; ${new Date().toISOString().slice(0, 10)}.\n`;
  const fresh = old.replace(place, (_, start: string, end: string) => `${start}${text}${end}`);
  await writeFile(document, fresh);
}

/** The middle one of several numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
