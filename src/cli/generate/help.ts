// A program's flags → its help: short with examples, or every flag by group.
import { kebab, variable, type Flag, type FlagTable } from "../flag.ts";
import type { Program } from "../program.ts";

/** `-h`: what it is, examples, and where to find more. */
export function shortHelp<F extends FlagTable>(program: Program<F>): string {
  const examples = program.examples.map(({ does, command }) => `  # ${does}\n  ${command}\n`);
  return [
    `${program.name}: ${program.summary}`,
    "",
    `Usage: ${program.usage}`,
    "",
    ...examples,
    `${program.name} --help-all lists every flag.`,
    "",
  ].join("\n");
}

/** `--help-all`: every flag, grouped, with its default. */
export function longHelp<F extends FlagTable>(program: Program<F>): string {
  const entries = Object.entries(program.flags).filter(([, flag]) => !flag.ignored);
  const groups = [...new Set(entries.map(([, flag]) => flag.group))];
  const sections = groups.map((group) => {
    const lines = entries
      .filter(([, flag]) => flag.group === group)
      .map(([key, flag]) => line(key, flag));
    return `${group}:\n${lines.join("\n")}\n`;
  });
  const env = `Every flag has an environment variable, such as ${variable("vhost")} for --vhost.`;
  return [
    `${program.name}: ${program.summary}`,
    "",
    `Usage: ${program.usage}`,
    "",
    ...sections,
    env,
    "",
  ].join("\n");
}

function line(key: string, flag: Flag): string {
  const name = `  ${spell(key, flag)}`;
  const text = `${flag.summary}${showDefault(flag)}`;
  return name.length < 34 ? `${name.padEnd(34)}${text}` : `${name}\n${" ".repeat(34)}${text}`;
}

/** `-q, --queue QUEUE` as it is typed. */
export function spell(key: string, flag: Flag): string {
  const short = flag.short ? `-${flag.short}, ` : "";
  const many = flag.takes === "many" ? "..." : "";
  const value =
    flag.takes === "none"
      ? ""
      : flag.bare === undefined
        ? ` ${flag.placeholder}${many}`
        : ` [${flag.placeholder}${many}]`;
  return `${short}--${kebab(key)}${value}`;
}

/** ` (default …)`, in the unit that is typed. */
export function showDefault(flag: Flag): string {
  const value = flag.default;
  if (value === undefined || value === false || value === "" || Array.isArray(value)) return "";
  return ` (${flag.placeholder === "SEC" && typeof value === "number" ? value / 1000 : String(value)})`;
}
