// Which folder of src may import values from which other one: data flows one way. Types may be named anywhere.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../../src");

/** Folders, and from which others they import, besides time. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  time: [],
  message: [],
  amqp: ["message"],
  source: ["message"],
  ui: ["message"],
  sink: ["message", "ui"],
  select: ["message", "ui"],
  work: ["message", "ui"],
  preview: ["message", "ui", "work"],
  measure: ["message", "ui"],
  // The choices of flags, what --where may name, and where a password is kept.
  cli: ["amqp", "message", "select", "sink", "source", "work"],
};

/** Files that stand in src alone and import from no folder but time: any may import them. The other ones there choose and start runs. */
const leaves = ["address", "flag-names", "errors", "input", "version", "world"].map(
  (name) => `${name}.ts`,
);

/** The folders, named to this depth, and the files that stand in src alone, from which a file imports values. */
function valuesOf(path: string, depth = 1): readonly string[] {
  const text = readFileSync(join(root, path), "utf8");
  const imports = text.matchAll(
    /(?:^import (?!type )(?:[^;]*? from )?|^export [^;]*? from |\bimport\()"([^"]+)"/gm,
  );
  return (
    [...imports]
      .map(([, from = ""]) => from)
      .filter((from) => from.startsWith("."))
      .map((from) => join(path, "..", from).split("/").slice(0, depth).join("/"))
      // package.json
      .filter((from) => from !== "..")
  );
}

const strange = (paths: readonly string[], known: readonly string[]): readonly string[] =>
  paths.flatMap((path) =>
    valuesOf(path)
      .filter((other) => !known.includes(other))
      .map((other) => `${path} imports from ${other}`),
  );

describe("an import", () => {
  it("is seen, in every form", () => {
    expect(valuesOf("main.ts")).toEqual(expect.arrayContaining(["time", "cli", "ui"]));
    expect(valuesOf("errand.ts")).toEqual(expect.arrayContaining(["cli", "preview"]));
    expect(valuesOf("cli/flags/rpc.ts")).toEqual(["cli", "cli", "cli"]);
  });
});

it.each(Object.entries(allowed))("src/%s imports from %j", (folder, others) => {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
  expect(files.length).toBeGreaterThan(0);
  expect(strange(files, [folder, ...others, "time", ...leaves])).toEqual([]);
});

/** What each folder of src/amqp imports from the others: publishing and consuming know nothing of each other. */
const layers: Readonly<Record<string, readonly string[]>> = {
  wire: [],
  session: ["wire"],
  administer: ["session", "wire"],
  poison: ["session"],
  publish: ["poison", "session", "wire"],
  consume: ["session", "wire"],
};

it.each(Object.entries(layers))("src/amqp/%s imports from %j", (layer, others) => {
  const files = readdirSync(join(root, "amqp", layer), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join("amqp", layer, name));
  const known = [layer, ...others].map((name) => join("amqp", name));
  const inside = files.flatMap((path) =>
    valuesOf(path, 2).filter((from) => from.startsWith("amqp")),
  );
  expect(files.length).toBeGreaterThan(0);
  expect(inside.filter((from) => !known.includes(from))).toEqual([]);
});

it("every folder of src has its rule", () => {
  const entries = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(entries.map(({ name }) => name).toSorted()).toEqual(Object.keys(allowed).toSorted());
  expect(readdirSync(join(root, "amqp")).toSorted()).toEqual(Object.keys(layers).toSorted());
});

it.each(leaves)("src/%s imports from no folder but time", (leaf) => {
  expect(strange([leaf], ["time", ...leaves])).toEqual([]);
});
