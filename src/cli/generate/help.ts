// A program's flags → its help, at most 80 columns wide: short with examples, or every flag by group.
import { variable, type FlagTable } from "../flag.ts";
import type { Program } from "../program.ts";
import { wrap } from "./wrap.ts";
import { bySection, choices, list, long, UNITS, value, type Entry } from "./listing.ts";

const WIDTH = 80;
/** Where the texts of flags begin. */
const TEXT_COLUMN = 28;

/** `-h`: what it is, what is used most, examples, and where to find more. */
export function shortHelp<F extends FlagTable>(program: Program<F>): string {
  const usual = list(program.flags).filter(({ flag }) => flag.usual);
  const first = program.examples.slice(0, 5);
  const examples = first.map(({ does, command }) => `  # ${does}\n  ${command}`);
  return [
    ...title(program),
    ...usual.map(line),
    "",
    examples.join("\n\n"),
    "",
    `${program.name} --help-all lists every flag; man ${program.name} explains them.`,
    "",
  ].join("\n");
}

/** `--help-all`: every flag, grouped, with its default. */
export function longHelp<F extends FlagTable>(program: Program<F>): string {
  const sections = bySection(list(program.flags)).map(
    ({ group, entries }) => `${group}:\n${entries.map(line).join("\n")}\n`,
  );
  return [
    ...title(program),
    ...sections,
    ...wrap(
      `Long flags may be abbreviated. Flags can also be set in the environment: --vhost as ${variable("vhost")}, --confirm as ${variable("confirm")}=true, and so on. ${UNITS}`,
      WIDTH,
    ),
    ...wrap(`man ${program.name} explains ${explained(program)}.`, WIDTH),
    "",
  ].join("\n");
}

function explained<F extends FlagTable>({ runsCommand }: Program<F>): string {
  return runsCommand
    ? "the flags, exit codes, a handler's too, and descriptor 3"
    : "the flags and exit codes";
}

function title<F extends FlagTable>({ name, summary, usage }: Program<F>): readonly string[] {
  return [`${name}: ${summary}`, "", `Usage: ${usage}`, ""];
}

/** `  -q, --queue QUEUE      queue to consume from`, wrapped. */
function line(entry: Entry): string {
  const { short } = entry.flag;
  const name =
    `  ${short === undefined ? "    " : `-${short}, `}${long(entry)} ${value(entry)}`.trimEnd();
  const indent = " ".repeat(TEXT_COLUMN);
  const text = wrap(describe(entry), WIDTH - TEXT_COLUMN).join(`\n${indent}`);
  return name.length < TEXT_COLUMN - 1
    ? `${name.padEnd(TEXT_COLUMN)}${text}`
    : `${name}\n${indent}${text}`;
}

function describe({ flag }: Entry): string {
  const words = choices(flag).join(", ");
  const notes = [
    ...(words === "" ? [] : [`one of ${words}`]),
    ...(flag.shownDefault === undefined || flag.shownDefault === ""
      ? []
      : [`default ${flag.shownDefault}`]),
  ];
  return notes.length === 0 ? flag.summary : `${flag.summary} (${notes.join("; ")})`;
}
