// Likely mistakes in what the flags build: each rule looks at a sketch and says one sentence, or nothing.
import { bindingMistakes } from "./binding-mistakes.ts";
import { messageMistakes } from "./message-mistakes.ts";
import { queueMistakes } from "./queue-mistakes.ts";
import type { Sketch } from "./sketch.ts";

/** A sentence that names the mistake and the way out; undefined when there is none. */
export type Rule = (sketch: Sketch) => string | undefined;

/** All that is found; nothing where only a look or a deletion is asked for. */
export function findMistakes(sketch: Sketch): readonly string[] {
  if (sketch.tasks.length > 0 || sketch.topology.passive) return [];
  const rules: readonly Rule[] = [
    ...Object.values(bindingMistakes),
    ...Object.values(queueMistakes),
    ...Object.values(messageMistakes),
  ];
  return rules.flatMap((rule) => rule(sketch) ?? []);
}
