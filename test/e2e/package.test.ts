// The package as npm would publish it: all that its users need, and nothing else.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { command } from "../support/run.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What is built is built already: no script has to run. */
async function packed(): Promise<readonly string[]> {
  const args = ["pack", "--dry-run", "--ignore-scripts", "--json"];
  const { code, stdout, stderr } = await command("npm", args, { cwd: root }).ended(30_000);
  expect(code, stderr).toBe(0);
  return [...stdout.matchAll(/"path": "(.+)"/g)].map(([, file = ""]) => file);
}

describe("the package", () => {
  it("holds the programs with their caches, manuals and completions, and no sources or tests", async () => {
    const programs = ["amqp-pub", "amqp-con"].flatMap((name) => [
      `dist/${name}.cjs`,
      `dist/${name}.program.cjs`,
      `dist/${name}.cache`,
      `man/${name}.1`,
      `completions/${name}.bash`,
      `completions/${name}.fish`,
      `completions/_${name}`,
    ]);
    const names = ["ARCHITECTURE", "CHANGELOG", "CONTRIBUTING", "README"];
    const texts = [...names.map((name) => `${name}.md`), "LICENSE", "package.json"];
    const files = (await packed()).filter((file) => !/^(docs|examples)\//.test(file));
    expect(files.toSorted()).toEqual([...programs, ...texts].toSorted());
  });

  it("holds every page that its README links to", async () => {
    const files = await packed();
    const readme = await readFile(`${root}README.md`, "utf8");
    const links = [...readme.matchAll(/\]\(([^):#]+)\)/g)].map(([, link = ""]) => link);
    expect(links).toContain("docs/workers.md");
    for (const link of links)
      expect(
        files.some((file) => file === link || file.startsWith(`${link}/`)),
        link,
      ).toBe(true);
  });

  it("builds itself when it is packed, and runs no scripts where it is installed", async () => {
    const { scripts } = JSON.parse(await readFile(`${root}package.json`, "utf8"));
    expect(scripts).toMatchObject({ prepack: "node scripts/bootstrap.mjs setup" });
    for (const hook of ["preinstall", "install", "postinstall", "prepare"])
      expect(scripts).not.toHaveProperty(hook);
    expect(await readFile(`${root}.npmrc`, "utf8")).not.toContain("ignore-scripts");
  });
});
