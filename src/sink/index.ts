// The map of formats: its keys are the choices of --format.
import type { Output } from "../ui/output.ts";
import { body } from "./body.ts";
import { raw } from "./raw.ts";
import type { Format, Sink } from "./sink.ts";
import { text } from "./text.ts";
import { verbose } from "./verbose.ts";

export const formats = { text, body, raw } satisfies Record<string, Format>;

export interface SinkPlan {
  readonly format: keyof typeof formats;
  readonly verbose: boolean;
}

/** The sink of a plan: one write to standard output for each batch. */
export function openSink(plan: SinkPlan, output: Output): Sink {
  const format = plan.verbose ? verbose(formats[plan.format]) : formats[plan.format];
  return (batch) =>
    output.write(Buffer.concat(batch.flatMap((delivery) => format(delivery, output.isTerminal))));
}
