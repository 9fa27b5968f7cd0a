// Input flags → where the messages come from. Pure: opens no file.
import { UsageError } from "../errors.ts";
import type { SourcePlan } from "../source/index.ts";
import { kebab, type OptionsOf } from "./flag.ts";
import type { inputFlags } from "./flags/publish.ts";
import { rank, type Origin } from "./parse.ts";

type Options = OptionsOf<typeof inputFlags>;
type OriginOf = (key: keyof Options) => Origin;

const sources = ["message", "file", "lines"] as const;

/** The one source that the flags name; an empty message when they name none. @throws UsageError */
export function planSource(options: Options, origin: OriginOf): SourcePlan {
  const chosen = chooseSource(origin);
  if (chosen === "lines") return planLines(options, origin);
  const repeat = {
    times: options.nbMessages,
    intervalMs: options.interval,
    pubName: options.pubName,
    size: options.messageSize,
  };
  if (chosen === "message") return { kind: "message", text: options.message ?? "", repeat };
  const paths = options.file ?? [];
  checkStdin(paths);
  if (paths.includes("-") && options.nbMessages !== 1) {
    throw new UsageError(
      "--nb-messages excludes --file -",
      "stdin can be read once; to repeat it, read it with -m -",
    );
  }
  return { kind: "files", paths, repeat };
}

/** A typed source overrides one from the environment, and that one from the profile. */
function chooseSource(origin: OriginOf): (typeof sources)[number] {
  const highest = Math.max(...sources.map((key) => rank[origin(key)]));
  const given = sources.filter((key) => highest > 0 && rank[origin(key)] === highest);
  if (given.length > 1)
    throw new UsageError(
      `--${given[0]} excludes --${given[1]}`,
      "one source of messages at a time",
    );
  return given[0] ?? "message";
}

function planLines({ lines = [] }: Options, origin: OriginOf): SourcePlan {
  checkStdin(lines);
  const stray = (["nbMessages", "interval", "pubName", "messageSize"] as const).find(
    (key) => origin(key) === "flag",
  );
  if (stray) throw new UsageError(`--lines excludes --${kebab(stray)}`, "it belongs to -m and -f");
  return { kind: "lines", paths: lines };
}

function checkStdin(paths: readonly string[]): void {
  if (paths.filter((path) => path === "-").length > 1)
    throw new UsageError("stdin (-) is named twice", "it can be read once");
}
