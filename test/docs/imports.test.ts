// Which folder of src may import values from which other one: data flows one way. Types may be named anywhere.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../../src");

/** Files that stand in src alone may be imported anywhere, and import from anywhere. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  message: [],
  amqp: ["message"],
  source: ["message"],
  ui: ["message"],
  sink: ["message", "ui"],
  select: ["message", "ui"],
  work: ["message", "ui"],
  preview: ["message", "ui", "work"],
  measure: ["message", "ui"],
  // The choices of flags, and where a password is kept.
  cli: ["amqp", "message", "preview", "sink", "source", "work"],
};

/** The folders from which a file imports values. */
function valuesOf(path: string): readonly string[] {
  const text = readFileSync(join(root, path), "utf8");
  const imports = text.matchAll(
    /^import (?!type )[^;]*? from "(?:\.\.\/)+(\w+)\/|import\("(?:\.\.\/)+(\w+)\//gm,
  );
  return [...imports].map(([, statically, lately]) => statically ?? lately ?? "");
}

it.each(Object.entries(allowed))("src/%s imports from %j", (folder, others) => {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
  expect(files.length).toBeGreaterThan(0);
  const own = new Set([folder, ...others]);
  const strange = files.flatMap((path) =>
    valuesOf(path)
      .filter((other) => other in allowed && !own.has(other))
      .map((other) => `${path} imports from ${other}`),
  );
  expect(strange).toEqual([]);
});
