// --dry-run: draw what the flags would build, list what the run would do, name likely mistakes; connect to nothing.
import type { Environment } from "../world.ts";
import { exitCodes } from "../errors.ts";
import { draw, escapeAscii } from "./drawing.ts";
import { escapeLine } from "../ui/escape.ts";
import { speaksUtf8 } from "../ui/locale.ts";
import { thread } from "./graph.ts";
import { toMermaid } from "./mermaid.ts";
import type { Log } from "../ui/log.ts";
import type { Output } from "../ui/output.ts";
import { trace } from "./trace.ts";
import { findMistakes } from "./mistakes.ts";
import type { Sketch } from "./sketch.ts";
import { listSteps } from "./steps.ts";

/** text: drawn with lines where these can be shown, else as ascii. */
export type Style = "text" | "ascii" | "mermaid";

/** What a dry run writes to. */
export interface PreviewWorld {
  readonly log: Pick<Log, "warn">;
  readonly output: Pick<Output, "isTerminal" | "columns" | "write">;
  /** Says whether a file is UTF-8 for people here. */
  readonly env: Environment;
}

const LEAST_COLUMNS = 20;

/** Drawing and list go to stdout, mistakes to stderr. */
export async function preview(
  sketch: Sketch,
  style: Style,
  { log, output, env }: PreviewWorld,
): Promise<number> {
  const graph = trace(sketch);
  if (style === "mermaid") await output.write(toMermaid(graph));
  else {
    const isPlain = style === "ascii" || !(output.isTerminal || speaksUtf8(env));
    const width = Math.max(LEAST_COLUMNS, output.columns);
    const drawing = draw(thread(graph), isPlain ? "ascii" : "unicode", width);
    const steps = listSteps(sketch).map(isPlain ? escapeAscii : escapeLine);
    await output.write(`${drawing === "" ? "" : `${drawing}\n`}${steps.join("\n")}\n`);
  }
  for (const warning of [...sketch.warnings, ...findMistakes(sketch)]) log.warn(warning);
  return exitCodes.done.code;
}
