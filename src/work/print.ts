// Shows each delivery, then settles it: never the other way round.
import type { Intake } from "../amqp/intake.ts";
import type { Verdict } from "../amqp/settlement.ts";
import type { Sink } from "../sink/sink.ts";
import type { Work } from "./work.ts";

/** Work that writes to a sink and settles what the sink has. */
export function printing(sink: Sink, intake: Intake, verdict: Verdict): Work {
  return {
    take: async (batch) => {
      await sink(batch);
      intake.settle(batch, verdict);
    },
    finish: async () => {},
  };
}
