// The flags of both programs, and the exit codes → tables for the README.
import { exitCodes } from "../../errors.ts";
import { variable, type FlagTable } from "../flag.ts";
import type { Program } from "../program.ts";
import { bySection, choices, list, long, value, type Entry } from "./listing.ts";

type Named = Pick<Program<FlagTable>, "name" | "flags">;

/** Flags that mean the same in both programs stand once, the others under their program. */
export function flagReference(programs: readonly Named[]): string {
  const [first] = programs;
  const common = list(first?.flags ?? {}).filter(({ key, flag }) =>
    programs.every(({ flags }) => flags[key] === flag),
  );
  const isCommon = new Set(common.map(({ key }) => key));
  return [
    ...programs.map(({ name, flags }) => {
      const own = list(flags).filter(({ key }) => !isCommon.has(key));
      return `### \`${name}\`\n\n${tables(own)}${ignored(flags)}`;
    }),
    `### Both\n\n${tables(common)}`,
  ].join("\n");
}

/** What the exit codes mean. */
export function exitCodeTable(): string {
  const rows = Object.values(exitCodes).map(
    ({ code, meaning }) => `| ${code} | ${cell(meaning)} |`,
  );
  return `${["| code | meaning |", "| ---: | --- |", ...rows].join("\n")}\n`;
}

function tables(entries: readonly Entry[]): string {
  return bySection(entries)
    .map(({ group, entries: rows }) => `**${group}**\n\n${table(rows)}`)
    .join("\n");
}

function table(entries: readonly Entry[]): string {
  const head = ["| flag | default | variable | meaning |", "| --- | --- | --- | --- |"];
  return `${[...head, ...entries.map(row)].join("\n")}\n`;
}

function row(entry: Entry): string {
  const { key, flag } = entry;
  const words = choices(flag).map((word) => `\`${word}\``);
  const texts = [
    flag.details === undefined && words.length === 0 ? flag.summary : `${flag.summary}.`,
    ...(words.length === 0 ? [] : [`One of ${words.join(", ")}.`]),
    ...(flag.details === undefined ? [] : [flag.details]),
  ];
  const shownDefault = flag.shownDefault ? `\`${cell(flag.shownDefault)}\`` : "";
  const environment = flag.typedOnly ? "" : `\`${variable(key)}\``;
  return `| ${spelling(entry)} | ${shownDefault} | ${environment} | ${cell(texts.join(" "))} |`;
}

function spelling(entry: Entry): string {
  const { short } = entry.flag;
  const name = `\`${cell(`${long(entry)} ${value(entry)}`.trimEnd())}\``;
  return short === undefined ? name : `\`-${short}\`, ${name}`;
}

function ignored(flags: FlagTable): string {
  const names = Object.entries(flags)
    .filter(([, flag]) => flag.ignored)
    .map(([key, flag]) => `\`${long({ key, flag })}\``);
  return `\nAccepted without effect, as in the sample: ${names.join(", ")}.\n`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
