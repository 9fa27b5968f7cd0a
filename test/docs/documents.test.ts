// What the documents say of the tree is true: the map in ARCHITECTURE.md, paths in the text, links.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const documents = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });

describe("ARCHITECTURE.md", () => {
  const text = read("ARCHITECTURE.md");
  const [, tree = ""] = /^```text\n(.*?)^```$/ms.exec(text) ?? [];

  it("names only files that exist", () => {
    const named = [...tree.matchAll(/(?<![*\w-])[\w-]+\.ts\b/g)].map(([name]) => name);
    const files = new Set([
      ...sources.map((path) => basename(path)),
      ...readdirSync(join(root, "bin")),
    ]);
    expect(named.filter((name) => !files.has(name))).toEqual([]);
  });

  it("names every folder below src, and every file that stands there alone", () => {
    const top = readdirSync(join(root, "src"), { withFileTypes: true });
    const entries = top.map((entry) =>
      entry.isDirectory() ? `  ${entry.name}/` : `  ${entry.name} `,
    );
    expect(entries.filter((entry) => !tree.includes(`\n${entry}`))).toEqual([]);
  });

  it("has at most 80 lines", () => {
    expect(text.split("\n").length).toBeLessThanOrEqual(81);
  });
});

describe.each(documents)("%s", (document) => {
  const text = read(document);

  it("links to what exists", () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = ""]) => link);
    const missing = links.filter((link) => !existsSync(join(root, dirname(document), link)));
    expect(missing).toEqual([]);
  });

  it("names paths that exist", () => {
    const paths = [...text.matchAll(/`((?:src|bin|scripts|test|docs)\/[\w./-]+)`/g)].map(
      ([, path = ""]) => path,
    );
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

describe("README.md", () => {
  it("has at most 200 lines that are not generated", () => {
    const written = read("README.md").replaceAll(/^<!-- generated.*?^<!-- end -->$/gms, "");
    expect(written.split("\n").length).toBeLessThanOrEqual(200);
  });
});

describe("docs/adr", () => {
  it("has one decision for each number, which its title repeats", () => {
    const decisions = documents.filter((path) => path.startsWith("docs/adr/"));
    const numbers = decisions.map((path) => Number(/\/(\d{4})-/.exec(path)?.[1]));
    expect(new Set(numbers).size).toBe(decisions.length);
    for (const [i, path] of decisions.entries())
      expect(read(path)).toMatch(new RegExp(`^# ${numbers[i]}\\. .+\n\nStatus: `));
  });
});
