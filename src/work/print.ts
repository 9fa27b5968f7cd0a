// Shows each delivery, then settles it: never the other way round.
import type { Intake } from "../amqp/consume/intake.ts";
import type { Verdict } from "../amqp/consume/verdicts.ts";
import { pause } from "../time/deadline.ts";
import type { Delivery } from "../message/message.ts";
import type { Sink } from "../sink/sink.ts";
import type { Work } from "./work.ts";

export interface PrintPlan {
  readonly verdict: Verdict;
  /** Pretend to work on each batch before settling it: the shortest and the longest time. */
  readonly workMs: readonly [number, number] | undefined;
}

/** Work that writes to a sink and settles what the sink has. */
export function printing(
  sink: Sink,
  intake: Pick<Intake, "settle">,
  { verdict, workMs }: PrintPlan,
): Work {
  const ending = new AbortController();
  let isBusy = false;
  const show = async (batch: readonly Delivery[]): Promise<void> => {
    await sink(batch);
    if (workMs) await pause(between(workMs), ending.signal);
    if (!ending.signal.aborted) intake.settle(batch, verdict);
  };
  return {
    get isBusy() {
      return isBusy;
    },
    take: async (batch) => {
      if (batch.length === 0) return;
      isBusy = true;
      await show(batch);
      isBusy = false;
    },
    finish: async () => {},
    end: async () => ending.abort(),
  };
}

function between([shortest, longest]: readonly [number, number]): number {
  return shortest + Math.random() * (longest - shortest);
}
