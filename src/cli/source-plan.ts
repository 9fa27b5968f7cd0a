// Input flags → where the messages come from, and what is done to them on their way. Pure: opens no file.
import { UsageError } from "../errors.ts";
import type { ShapePlan, SourcePlan, Stamp } from "../source/index.ts";
import { readEscapes } from "./escapes.ts";
import { kebab, type OptionsOf } from "./flag.ts";
import type { inputFlags } from "./flags/input.ts";
import { rank, type Origin } from "./parse.ts";

type Options = OptionsOf<typeof inputFlags>;
type Key = keyof Options;
type OriginOf = (key: Key) => Origin;

const sources = ["message", "file", "lines", "json", "fromDir"] as const;
type SourceKey = (typeof sources)[number];

/** Flags that belong to some sources only, with the sources and how a person would say that. */
const belongings: readonly (readonly [readonly Key[], readonly SourceKey[], string])[] = [
  [["nbMessages", "interval", "pubName", "messageSize"], ["message", "file"], "-m and -f"],
  [["delimiter", "null", "keyDelimiter"], ["lines"], "--lines"],
  [["speed", "toOrigin"], ["json", "fromDir"], "--json and --from-dir"],
  [["onBadRecord"], ["lines", "json", "fromDir"], "--lines, --json and --from-dir"],
  [["template"], ["message", "file", "lines"], "-m, -f and --lines"],
];

/** The one source that the flags name; an empty message when they name none. @throws UsageError */
export function planSource(options: Options, origin: OriginOf): SourcePlan {
  const chosen = chooseSource(origin);
  checkBelongings(chosen, origin);
  switch (chosen) {
    case "message":
      return { kind: "message", text: options.message ?? "", repeat: planRepeat(options, origin) };
    case "file":
      return planFiles(options, origin);
    case "lines":
      return planLines(options, origin);
    case "json": {
      const { json: paths = [], toOrigin, speed = 0 } = options;
      checkStdin(paths);
      return { kind: "records", paths, toOrigin, speed };
    }
    case "fromDir": {
      const { fromDir: folder = "", toOrigin, speed = 1 } = options;
      return { kind: "directory", folder, toOrigin, speed };
    }
  }
}

/** Does it read standard input? */
export function readsStdin(source: SourcePlan): boolean {
  if (source.kind === "message") return source.text === "-";
  if (source.kind === "directory") return false;
  return source.paths.length === 0 || source.paths.includes("-");
}

/** What is done to each message. Records are sent as they are, whatever a profile says of templates. @throws UsageError */
export function planShape(
  { rate, template, compress }: Options,
  { kind }: SourcePlan,
  stamps: readonly Stamp[],
  contentEncoding: string | undefined,
): ShapePlan {
  if (compress !== undefined && contentEncoding !== undefined)
    throw new UsageError(
      "--compress excludes --content-encoding",
      "it sets the content-encoding itself",
    );
  const isRecorded = kind === "records" || kind === "directory";
  return { rate, template: template && !isRecorded, compress, stamps };
}

/** What is typed overrides the environment, which overrides a profile. */
function chooseSource(origin: OriginOf): SourceKey {
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

function checkBelongings(chosen: SourceKey, origin: OriginOf): void {
  for (const [keys, owners, name] of belongings) {
    const stray = keys.find((key) => origin(key) === "flag");
    if (!stray || owners.includes(chosen)) continue;
    const isChosen = origin(chosen) !== "default";
    throw new UsageError(
      isChosen
        ? `--${kebab(chosen)} excludes --${kebab(stray)}`
        : `--${kebab(stray)} needs ${name.replace(/ and /, " or ")}`,
      `it belongs to ${name}`,
    );
  }
}

function planRepeat(options: Options, origin: OriginOf) {
  return {
    times: options.nbMessages,
    // Of two paces the one that was asked for.
    intervalMs:
      options.rate === undefined || origin("interval") !== "default" ? options.interval : 0,
    pubName: options.pubName,
    size: options.messageSize,
  };
}

function planFiles(options: Options, origin: OriginOf): SourcePlan {
  const { file: paths = [] } = options;
  checkStdin(paths);
  if (paths.includes("-") && options.nbMessages !== 1) {
    throw new UsageError(
      "--nb-messages excludes --file -",
      "stdin can be read once; to repeat it, read it with -m -",
    );
  }
  return { kind: "files", paths, repeat: planRepeat(options, origin) };
}

function planLines(options: Options, origin: OriginOf): SourcePlan {
  const { lines: paths = [], delimiter = "\\n", keyDelimiter } = options;
  checkStdin(paths);
  const isNull = options.null && rank[origin("null")] >= rank[origin("delimiter")];
  if (isNull && origin("delimiter") === "flag")
    throw new UsageError("--null excludes --delimiter", "both say what ends a line");
  return {
    kind: "lines",
    paths,
    delimiter: isNull ? Buffer.of(0) : readEscapes(delimiter),
    keyDelimiter: keyDelimiter === undefined ? undefined : readEscapes(keyDelimiter),
  };
}

function checkStdin(paths: readonly string[]): void {
  if (paths.filter((path) => path === "-").length > 1)
    throw new UsageError("stdin (-) is named twice", "it can be read once");
}
