// What a proof has found, as a table for people and as a place in docs/reliability.md.
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export type Cell = string | number;

/** One finished proof. */
export interface Proof {
  /** Its place in the document: <!-- name --> … <!-- end -->. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** What belongs below the table. */
  readonly notes: readonly string[];
  /** Promises that were not kept; empty when all is well. */
  readonly broken: readonly string[];
}

/** Tells what happens as it happens. */
export type Say = (line: string) => void;

const formatter = fileURLToPath(new URL("../../node_modules/.bin/oxfmt", import.meta.url));
const document = fileURLToPath(new URL("../../docs/reliability.md", import.meta.url));

/** As Markdown; numbers to the right. */
export function toMarkdown({ columns, rows, notes }: Proof): string {
  const right = columns.map((_, i) => rows.every((row) => typeof row[i] === "number"));
  const lines = [columns, right.map((isNumber) => (isNumber ? "---:" : "---")), ...rows];
  const table = lines.map((line) => `| ${line.join(" | ")} |`);
  return `${[...table, ...(notes.length > 0 ? ["", ...notes] : [])].join("\n")}\n`;
}

/** Puts the proof into its place in docs/reliability.md. @throws Error when the document has none for it */
export async function writeDown(proof: Proof): Promise<void> {
  const old = await readFile(document, "utf8");
  const place = new RegExp(`(<!-- ${proof.name} -->\n)[^]*?(\n<!-- end -->)`);
  if (!place.test(old)) throw new Error(`${document} has no place for ${proof.name}`);
  const text = toMarkdown(proof);
  await writeFile(
    document,
    old.replace(place, (_, start: string, end: string) => `${start}\n${text}${end}`),
  );
  await promisify(execFile)(formatter, [document]);
}

/** The complaints of those promises that were not kept. */
export function brokenOf(
  promises: readonly (readonly [kept: boolean, complaint: string])[],
): readonly string[] {
  return promises.filter(([kept]) => !kept).map(([, complaint]) => complaint);
}

/** The value below which that share of them lies; usually the middle one. */
export function quantile(values: readonly number[], share = 0.5): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}
