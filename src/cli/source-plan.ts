// Input flags → where the messages come from, and what is done to them on their way. Pure: opens no file.
import { UsageError } from "../errors.ts";
import type { SourcePlan } from "../source/index.ts";
import type { RepeatPlan } from "../source/repeat.ts";
import type { ShapePlan, Stamp } from "../source/shape.ts";
import { readEscapes } from "./escapes.ts";
import { kebab, type OptionsOf } from "./flag.ts";
import type { inputFlags } from "./flags/input.ts";
import { rank, type Origins } from "./parse.ts";

type Options = OptionsOf<typeof inputFlags>;
type Key = keyof Options;

const sources = ["message", "file", "lines", "json", "fromDir"] as const;
type SourceKey = (typeof sources)[number];

/** Sources that people know by their short flags. */
const shortNames: Partial<Record<SourceKey, string>> = { message: "-m", file: "-f" };

/** Flags that belong to some sources only. */
const belongings: readonly {
  readonly keys: readonly Key[];
  readonly owners: readonly SourceKey[];
}[] = [
  { keys: ["nbMessages", "interval", "pubName", "messageSize"], owners: ["message", "file"] },
  { keys: ["delimiter", "null", "keyDelimiter"], owners: ["lines"] },
  { keys: ["speed", "toOrigin"], owners: ["json", "fromDir"] },
  { keys: ["onBadRecord"], owners: ["lines", "json", "fromDir"] },
  { keys: ["template"], owners: ["message", "file", "lines"] },
];

/** The one source that the flags name; an empty message when they name none. @throws UsageError */
export function planSource(options: Options, origins: Origins<Key>): SourcePlan {
  const chosen = chooseSource(origins);
  checkBelongings(chosen, origins);
  const flag = `--${kebab(chosen)}`;
  switch (chosen) {
    case "message":
      return planMessage(flag, options, origins);
    case "file":
      return planFiles(flag, options, origins);
    case "lines":
      return planLines(flag, options, origins);
    case "json":
      return planRecords(flag, options);
    case "fromDir":
      return planDirectory(flag, options);
  }
}

/** What is done to each message. Records are sent as they are, whatever a profile says of templates. @throws UsageError */
export function planShape(
  { rate, template, compress }: Options,
  { brings }: SourcePlan,
  stamps: readonly Stamp[],
  contentEncoding: string | undefined,
): ShapePlan {
  if (compress !== undefined && contentEncoding !== undefined)
    throw new UsageError(
      "--compress excludes --content-encoding",
      "it sets the content-encoding itself",
    );
  return { rate, template: template && brings !== "record", compress, stamps };
}

/** What is typed overrides the environment, which overrides a profile. */
function chooseSource({ origin }: Origins<Key>): SourceKey {
  const highest = Math.max(...sources.map((key) => rank[origin(key)]));
  const given = sources.filter((key) => highest > 0 && rank[origin(key)] === highest);
  if (given.length > 1)
    throw new UsageError(
      `--${kebabOf(given[0])} excludes --${kebabOf(given[1])}`,
      "one source of messages at a time",
    );
  return given[0] ?? "message";
}

function kebabOf(key: SourceKey | undefined): string {
  return kebab(key ?? "");
}

function checkBelongings(chosen: SourceKey, { typed, given }: Origins<Key>): void {
  for (const { keys, owners } of belongings) {
    const stray = keys.find(typed);
    if (!stray || owners.includes(chosen)) continue;
    throw new UsageError(
      given(chosen)
        ? `--${kebab(chosen)} excludes --${kebab(stray)}`
        : `--${kebab(stray)} needs ${list(owners, "or")}`,
      `it belongs to ${list(owners, "and")}`,
    );
  }
}

/** `-m, -f and --lines` */
function list(keys: readonly SourceKey[], conjunction: "and" | "or"): string {
  const names = keys.map((key) => shortNames[key] ?? `--${kebab(key)}`);
  const others = names.slice(0, -1).join(", ");
  return others === "" ? names.join("") : `${others} ${conjunction} ${names.at(-1)}`;
}

function planMessage(flag: string, options: Options, origins: Origins<Key>): SourcePlan {
  const { message: text = "" } = options;
  const repeat = planRepeat(options, origins);
  const paths = text === "-" ? [text] : [];
  const what = describeTimes(repeat.times);
  return { kind: "message", flag, paths, repeat, ...ofBodies(options, 1), text, what };
}

/** What all sources have in common whose bodies may be sent many times; `each` is how many bodies there are. */
function ofBodies({ nbMessages: times, messageSize: size }: Options, each: number) {
  const messages = times === 0 ? Infinity : times * each;
  return { brings: "body", skippable: false, messages, size } as const;
}

function describeTimes(times: number): string {
  if (times === 0) return "messages for ever";
  return times === 1 ? "one message" : `${times} messages`;
}

function planFiles(flag: string, options: Options, origins: Origins<Key>): SourcePlan {
  const { file: paths = [] } = options;
  checkStdinOnce(paths);
  const repeat = planRepeat(options, origins);
  const { times } = repeat;
  if (paths.includes("-") && times !== 1) {
    throw new UsageError(
      "--nb-messages excludes --file -",
      "stdin can be read once; to repeat it, read it with -m -",
    );
  }
  const again = times === 0 ? ", again and again" : times === 1 ? "" : `, ${times} times`;
  const files = paths.length === 1 ? "one file" : `${paths.length} files`;
  const what = `${files}${again}`;
  return { kind: "files", flag, paths, repeat, ...ofBodies(options, paths.length), what };
}

function planRepeat(options: Options, { given }: Origins<Key>): RepeatPlan {
  return {
    times: options.nbMessages,
    // Of two paces, the one that was asked for.
    intervalMs: options.rate === undefined || given("interval") ? options.interval : 0,
    pubName: options.pubName,
  };
}

function planLines(flag: string, options: Options, { origin, typed }: Origins<Key>): SourcePlan {
  const { lines: paths = [], delimiter = "\\n", keyDelimiter } = options;
  checkStdinOnce(paths);
  const isNull = options.null && rank[origin("null")] >= rank[origin("delimiter")];
  if (isNull && typed("delimiter"))
    throw new UsageError("--null excludes --delimiter", "both say what ends a line");
  return {
    kind: "lines",
    flag,
    paths,
    delimiter: isNull ? Buffer.of(0) : readEscapes(delimiter),
    keyDelimiter: keyDelimiter === undefined ? undefined : readEscapes(keyDelimiter),
    what: "each line as a message",
    brings: keyDelimiter === undefined ? "body" : "key",
    skippable: true,
  };
}

/** What is the same for records, wherever they come from. */
const ofRecords = {
  what: "each record as a message",
  brings: "record",
  skippable: true,
} as const;

function planRecords(flag: string, options: Options): SourcePlan {
  const { json: paths = [], toOrigin, speed = 0 } = options;
  checkStdinOnce(paths);
  return { kind: "records", flag, paths, toOrigin, speed, ...ofRecords };
}

function planDirectory(flag: string, options: Options): SourcePlan {
  const { fromDir: folder = "", toOrigin, speed = 1 } = options;
  return { kind: "directory", flag, paths: [], toOrigin, speed, ...ofRecords, folder };
}

function checkStdinOnce(paths: readonly string[]): void {
  if (paths.filter((path) => path === "-").length > 1)
    throw new UsageError("stdin (-) is named twice", "it can be read once");
}
