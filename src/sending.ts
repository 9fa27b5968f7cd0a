// What publishing and asking have in common: what is sent and where to, input that cannot be sent, how such a run ends.
import type { ConnectionPlan } from "./amqp/session/session.ts";
import type { TopologyPlan } from "./amqp/session/topology.ts";
import { type Ending, reasonFor } from "./ending.ts";
import { UsageError } from "./errors.ts";
import type { Properties } from "./message/message.ts";
import type { SourcePlan } from "./source/index.ts";
import type { ShapePlan } from "./source/shape.ts";
import type { RunEnd, SummaryStyle } from "./ui/account.ts";
import type { Log } from "./ui/log.ts";
import type { World } from "./world.ts";

/** Messages, and where they go. */
export interface SendingPlan {
  readonly connection: ConnectionPlan;
  readonly topology: TopologyPlan;
  readonly warnings: readonly string[];
  readonly source: SourcePlan;
  readonly shape: ShapePlan;
  /** Input that is not a message ends the run, or is passed over and counted. */
  readonly onBadRecord: "stop" | "skip";
  readonly exchange: string;
  /** Undefined: the name of the declared queue. */
  readonly routingKey: string | undefined;
  readonly properties: Properties;
  readonly summary: SummaryStyle;
  readonly graceMs: number;
}

const skipHint = "what came before it was sent; --on-bad-record skip passes over such input";

/** Input that cannot be sent: it ends the run, or is passed over and counted. */
export class Skips {
  readonly #plan: Pick<SendingPlan, "onBadRecord" | "source">;
  readonly #log: Pick<Log, "warn">;
  #count = 0;

  constructor(plan: Pick<SendingPlan, "onBadRecord" | "source">, log: Pick<Log, "warn">) {
    this.#plan = plan;
    this.#log = log;
  }

  /** For the account; without a count when the first would have ended the run. */
  get account(): { readonly skipped?: number } {
    return this.#plan.onBadRecord === "skip" ? { skipped: this.#count } : {};
  }

  /** What a source calls for such input. @throws UsageError when that ends the run */
  readonly refuse = (place: string, reason: string): void => {
    const { onBadRecord, source } = this.#plan;
    if (onBadRecord === "stop")
      throw new UsageError(`${place}: ${reason}`, source.skippable ? skipHint : undefined);
    this.#count++;
    this.#log.warn(`${place}: ${reason}; skipped`);
  };
}

/** How a run that sends has ended, for its account. */
export function endOf({ durationMs, failure }: Ending, skips: Skips, world: World): RunEnd {
  // Without an output, the source ends early.
  const cause: unknown = failure ?? world.output.failed.reason;
  return { durationMs, reason: reasonFor(cause, "end of input", world), ...skips.account };
}
