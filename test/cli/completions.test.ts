// Completions, by pressing TAB in the real shells.
import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { con } from "../../src/cli/con.ts";
import { completions, type Shell } from "../../src/cli/generate/completions.ts";
import { kebab, type FlagTable } from "../../src/cli/flag.ts";
import { pub } from "../../src/cli/pub.ts";
import { findProgram } from "../support/broker/installed.ts";
import type { Child } from "../support/child.ts";
import { testFolder } from "../support/folder.ts";
import { terminal } from "../support/run.ts";

/** How each shell is started without the user's own settings, and how it gets a command that shows its words. */
const shells = {
  bash: { args: ["--norc", "-i"], show: `{ printf 'got [%s]\\n' "$@"; }` },
  zsh: { args: ["-f", "-i"], show: `{ printf 'got [%s]\\n' "$@"; }` },
  fish: { args: ["--no-config"], show: `; printf 'got [%s]\\n' $argv; end` },
} as const satisfies Record<Shell, unknown>;

const prepare: Readonly<Record<Shell, string>> = {
  bash: "set +o history; ",
  zsh: "autoload -Uz compinit; compinit -D -u; ",
  fish: "",
};

describe.each(["bash", "zsh", "fish"] as const)("in %s, TAB", async (shell) => {
  const program = await findProgram(shell);
  const test = it.skipIf(program === undefined);

  test.each([
    ["a flag", "amqp-pub --nb-m", "--nb-messages"],
    ["a choice", "amqp-pub --queue-type quo", "quorum"],
    ["a choice after an equals sign", "amqp-pub --queue-type=quo", "--queue-type=quorum"],
    ["a choice that only is likely", "amqp-pub -t fan", "fanout"],
    ["a file name with a blank", "amqp-pub --cafile only", "only file.txt"],
    ["one of several files", "amqp-pub -f other.txt only", "only file.txt"],
    ["one of several files of a long flag", "amqp-pub --file other.txt only", "only file.txt"],
    ["a flag after files", "amqp-pub -f other.txt --nb-m", "--nb-messages"],
    ["a value after files", "amqp-pub -f other.txt -t fan", "fanout"],
    ["a file of a flag whose value may be missing", "amqp-pub -l only", "only file.txt"],
    ["one of its several files", "amqp-pub -l other.txt other.txt only", "only file.txt"],
    ["a flag of the other program", "amqp-con --consumer-t", "--consumer-tag"],
    ["a shell", "amqp-con --completion zs", "zsh"],
    ["a value that may be missing", "amqp-con --dry-run=mer", "--dry-run=mermaid"],
    ["a command after --", "amqp-con -q q -- realpat", "realpath"],
    ["what the command takes", "amqp-con -q q -- cat only", "only file.txt"],
  ])("completes %s", async (_, typed, word) => {
    const opened = await open(shell);
    await opened.write(`${typed}\t\n`);
    await opened.waitFor("stdout", `got [${word}]`);
    expect(opened.running).toBe(true);
  });

  test.each([
    ["a text is wanted", "amqp-pub -m only"],
    ["nothing is wanted", "amqp-pub only"],
    ["nothing is wanted any more", "amqp-pub -q hello only"],
    ["files were wanted before another flag", "amqp-pub -f other.txt -q hello only"],
  ])("offers no files where %s", async (_, typed) => {
    const opened = await open(shell);
    await opened.write(`${typed}\t\n`);
    await opened.waitFor("stdout", "got [only]");
    expect(opened.running).toBe(true);
  });
});

describe.each(["bash", "zsh", "fish"] as const)("the completion of %s", (shell) => {
  it.each([pub, con])("knows every flag of $name that has an effect", (program) => {
    const script = completions[shell](program);
    const flags: FlagTable = program.flags;
    for (const [key, flag] of Object.entries(flags)) {
      const spelled = shell === "fish" ? `-l ${kebab(key)}` : `--${kebab(key)}`;
      const pattern = new RegExp(`[ '{,"]${spelled}[ ='}\\["]`);
      expect(pattern.test(script), key).toBe(!flag.ignored && !flag.untyped);
    }
  });
});

/** A shell in a terminal, in a folder with two files, where both commands only show their words. */
async function open(shell: Shell): Promise<Child> {
  const folder = await testFolder();
  for (const name of ["only file.txt", "other.txt"]) await writeFile(join(folder, name), "");
  const scripts = [pub, con].map(async (program) => {
    await writeFile(join(folder, `.${program.name}`), completions[shell](program));
    return `source .${program.name}; function ${program.name} ${shells[shell].show}`;
  });
  const setup = `${prepare[shell]}${(await Promise.all(scripts)).join("; ")}; echo rea''dy`;
  const env = { HOME: folder, XDG_DATA_HOME: folder, INPUTRC: "/dev/null" };
  const child = terminal(shell, shells[shell].args, { cwd: folder, env, columns: 500 });
  await child.write(`${setup}\n`);
  await child.waitFor("stdout", "ready");
  return child;
}
