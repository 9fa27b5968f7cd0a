// Colours, per stream; the only importer of chalk, which is loaded only when something is to be coloured.
import type { Environment } from "../world.ts";
import type { ChalkInstance } from "chalk";

export type ColorChoice = "auto" | "always" | "never";
type Color = "red" | "yellow" | "cyan" | "green" | "dim" | "bold";
export type Paint = (color: Color, text: string) => string;

interface Stream {
  readonly isTTY?: boolean;
}

/** --color before the flags are read, for errors in them: as it stands among the words, or in the environment. */
export function colorAsTyped(words: readonly string[], env: Environment): ColorChoice {
  const [, typed] = /(?:^|\n)--color[=\n](.*)/.exec(words.join("\n")) ?? [];
  const choice = typed ?? env["AMQP_COLOR"];
  return choice === "always" || choice === "never" ? choice : "auto";
}

/** Does this stream get colours? Order: --color, FORCE_COLOR, NO_COLOR, terminal. */
function wantsColor(choice: ColorChoice, stream: Stream, env: Environment): boolean {
  if (choice !== "auto") return choice === "always";
  if (env["FORCE_COLOR"]) return env["FORCE_COLOR"] !== "0";
  if (env["NO_COLOR"]) return false;
  return stream.isTTY === true && env["TERM"] !== "dumb";
}

/** A painter for a stream; without colours it returns texts as they are. */
export async function painter(
  choice: ColorChoice,
  stream: Stream,
  env: Environment,
): Promise<Paint> {
  if (!wantsColor(choice, stream, env)) return (_color, text) => text;
  const { Chalk } = await import("chalk");
  const chalk: ChalkInstance = new Chalk({ level: 1 });
  return (color, text) => chalk[color](text);
}
