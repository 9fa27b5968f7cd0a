// What is made from the flag tables: help, man pages, README reference. Completions have a file of their own.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { con } from "../../src/cli/con.ts";
import { kebab, type Flag, type FlagTable } from "../../src/cli/flag.ts";
import { longHelp, shortHelp } from "../../src/cli/generate/help.ts";
import { manPage } from "../../src/cli/generate/man.ts";
import { exitCodeTable, flagReference } from "../../src/cli/generate/markdown.ts";
import type { Program } from "../../src/cli/program.ts";
import { pub } from "../../src/cli/pub.ts";
import { exitCodes } from "../../src/errors.ts";
import { findProgram } from "../support/broker/installed.ts";
import { testFolder } from "../support/folder.ts";
import { command } from "../support/run.ts";

const root = join(import.meta.dirname, "../..");
const groff = await findProgram("groff");
const programs: readonly Program<FlagTable>[] = [pub, con];

const flagsOf = ({ flags }: { readonly flags: FlagTable }): readonly (readonly [string, Flag])[] =>
  Object.entries(flags);

async function generate(...args: readonly string[]) {
  const script = join(root, "scripts/generate.ts");
  return command(process.execPath, ["--import", "tsx", script, ...args], { cwd: root }).ended();
}

describe.each(programs)("the help of $name", (program) => {
  const [short, long] = [shortHelp(program), longHelp(program)];

  it("fits 80 columns", () => {
    const lines = [...short.split("\n"), ...long.split("\n")];
    expect(lines.filter((line) => line.length > 80 || line.endsWith(" "))).toEqual([]);
  });

  it("ends with the units of values, and where more is explained", () => {
    const [lastButOne, last] = long.trimEnd().split("\n").slice(-2);
    expect(lastButOne).toContain("or with a unit: 250ms, 5s, 2m, 64KiB.");
    expect(last).toContain(`man ${program.name} explains the flags`);
  });

  it("lists every flag that has an effect, with its default", () => {
    for (const [key, flag] of flagsOf(program)) {
      const at = long.search(new RegExp(`^ {2}(-\\w, | {4})--${kebab(key)}( |$)`, "m"));
      expect(at >= 0, key).toBe(!flag.ignored && !flag.untyped);
      if (flag.shownDefault && !flag.ignored)
        expect(long.slice(at).replaceAll(/\s+/g, " "), key).toContain(
          `default ${flag.shownDefault})`,
        );
    }
  });

  it("shows the flags used most and five examples when it is short", () => {
    const shown = program.examples.filter((example) => short.includes(`\n  ${example.command}\n`));
    expect(shown).toEqual(program.examples.slice(0, 5));
    expect(short).toContain("--create-queue");
    expect(short).not.toContain("--passphrase-file");
    expect(short.split("\n").length).toBeLessThan(50);
  });
});

describe.each(programs)("the man page of $name", (program) => {
  const page = manPage(program);

  it("explains every flag that has an effect", () => {
    for (const [key, flag] of flagsOf(program)) {
      const tag = `\\fB${`--${kebab(key)}`.replaceAll("-", "\\-")}\\fR`;
      expect(page.includes(tag), key).toBe(!flag.ignored && !flag.untyped);
    }
  });

  it("names a command where there may be one, on a line of its own", () => {
    const synopsis = "\n.RI [ flags ]\n[\\-\\- \\fICOMMAND\\fR [\\fIARG\\fR...]]\n";
    expect(page.includes(synopsis)).toBe(program.runsCommand ?? false);
  });

  it("says where - is standard input, which it is not of any other file", () => {
    expect(page).not.toContain("In place of a file");
    const reads = flagsOf(program)
      .filter(([, flag]) =>
        / is standard input\b|takes all of stdin/.test(`${flag.summary} ${flag.details}`),
      )
      .map(([key]) => key);
    const input = ["message", "file", "lines", "json"];
    const secrets = ["passwordFile", "passphraseFile"];
    expect(reads).toEqual([...(program.name === "amqp-pub" ? input : []), ...secrets]);
  });

  it("lists every exit code", () => {
    for (const { code } of Object.values(exitCodes)) expect(page).toContain(`\n.B ${code}\n`);
  });

  it("holds no word that roff would take for a request, and no hyphen that it would change", () => {
    const requests = page.split("\n").filter((line) => /^[.']/.test(line));
    const known = /^\.(\\"|TH|SH|SS|PP|TP|RS|RE|nf|fi|B|I|BR|RI)( |$)/;
    expect(requests.filter((line) => !known.test(line))).toEqual([]);
    const changed = page.split("\n").filter((line) => /^[^.].*(?<!\\)-|^-/.test(line));
    expect(changed).toEqual([]);
  });

  it.skipIf(groff === undefined)("is rendered by groff without a warning", async () => {
    const path = join(await testFolder(), "page.1");
    await writeFile(path, page);
    const { code, stdout, stderr } = await command("groff", [
      "-ww",
      "-man",
      "-Tutf8",
      path,
    ]).ended();
    expect(stderr).toBe("");
    expect(stdout).toContain("second SIGTERM: stopped at once.");
    expect(code).toBe(0);
  });
});

describe("the reference in the README", () => {
  const reference = flagReference(programs);

  it("explains each flag that means the same in both binaries once", () => {
    const rows = reference.split("\n").filter((line) => line.startsWith("| `-"));
    expect(rows.filter((row) => row.includes("`--vhost VHOST`"))).toHaveLength(1);
    expect(rows.filter((row) => row.includes("`--queue QUEUE`"))).toHaveLength(2);
    expect(rows.filter((row) => row.includes("`--confirm`"))).toHaveLength(1);
  });

  it("keeps the bars of choices inside their cells", () => {
    const cells = reference
      .split("\n")
      .filter((line) => line.startsWith("|"))
      .map((line) => line.split(/(?<!\\)\|/).length);
    expect(new Set(cells)).toEqual(new Set([6]));
  });

  it("has the exit codes of the program", () => {
    for (const { code, meaning } of Object.values(exitCodes))
      expect(exitCodeTable()).toContain(`| ${code} | ${meaning} |`);
  });
});

describe("scripts/generate.ts", () => {
  it("has been run since the flags were changed (npm run generate)", async () => {
    const { code, stdout, stderr } = await generate("--check");
    expect(stderr).toBe("");
    expect(stdout).toBe("");
    expect(code).toBe(0);
  });

  it("writes what is missing, and with --check names what is stale", async () => {
    const place = await testFolder();
    await writeFile(join(place, "README.md"), await readFile(join(root, "README.md")));
    const written = await generate(place);
    expect(written.code).toBe(0);
    expect(written.stdout.split("\n")).toContain("wrote man/amqp-pub.1");
    expect((await generate("--check", place)).code).toBe(0);

    await mkdir(join(place, "man"), { recursive: true });
    await writeFile(join(place, "man/amqp-con.1"), "old");
    const checked = await generate("--check", place);
    expect(checked.stderr).toBe("man/amqp-con.1 is stale: npm run generate\n");
    expect(checked.code).toBe(1);
    expect(await readFile(join(place, "man/amqp-con.1"), "utf8")).toBe("old");
  });
});
