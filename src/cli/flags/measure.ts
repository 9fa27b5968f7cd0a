// Numbers to look at while it runs and afterwards. What they mean together with other flags: ../measure-plan.ts.
import { ValueError } from "../../errors.ts";
import { file, toggle } from "../flag.ts";
import { duration } from "../time-flag.ts";

const group = "Output";

/** Nobody can read faster than this, and nobody watches a run for longer than a day. */
const SHORTEST_MS = 100;
const LONGEST_MS = 86_400_000;

const interval = duration({
  group,
  bare: "1",
  usual: true,
  summary: "statistics on stderr, every second or every SEC",
  details:
    "Count, rate, bytes, what is in flight (amqp-pub --confirm) or delivered and not settled (amqp-con), and percentiles of the latency: to the broker's confirm in amqp-pub, from end to end in amqp-con for messages sent with amqp-pub --latency-header. On a terminal that shows nothing else a live chart, else a line each time and one for the whole run at the end.",
});

export const measureFlags = {
  stats: {
    ...interval,
    read: (values: readonly string[]): number => checkInterval(interval.read(values)),
  },
  report: file({
    group,
    summary: "write an HTML page about the run when it ends",
    details:
      "One file that needs nothing else: rate over time, latencies, counters, settings without secrets. It is opened before the run and written on every way out. An existing file is overwritten, a symbolic link is refused; exit code 7 when it cannot be written.",
  }),
};

export const publisherMeasureFlags = {
  ...measureFlags,
  latencyHeader: toggle({
    group: "Message properties",
    summary: "header x-sent-at: when each message was sent",
    details:
      "In microseconds since 1970, as int64: amqp-con --stats and --report tell the latency from end to end by it. The clocks of both machines must agree.",
  }),
};

function checkInterval(ms: number): number {
  if (ms >= SHORTEST_MS && ms <= LONGEST_MS) return ms;
  throw new ValueError("expected 0.1 seconds to a day");
}
