// A measured run: a meter, statistics while it goes on, and a page when it has ended, however it has ended.
import { now, openWallClock } from "../time/clock.ts";
import { exitCodes, Failure } from "../errors.ts";
import type { MeasurePlan } from "../measure.ts";
import { version } from "../version.ts";
import type { World } from "../world.ts";
import { Meter } from "./meter.ts";
import { openReport, type ReportFile } from "./report-file.ts";
import type { RunReport } from "./report-page.ts";
import { History, Spans } from "./spans.ts";
import { startStats } from "./stats.ts";
import { words } from "./words.ts";

/** How often the history looks, and how many looks it keeps: fine for a run of a second, and bounded for one of days. */
const LOOK_MS = 100;
const EPISODES = 600;

/** Runs it. Resolves with its exit code. @throws what it throws; Failure when all was well but the page cannot be written */
export async function measure(
  plan: MeasurePlan,
  world: World,
  run: (world: World) => Promise<number>,
): Promise<number> {
  const file = plan.report === undefined ? undefined : await openReport(plan.report);
  const meter = new Meter({ steady: now, wall: openWallClock() });
  const stats =
    plan.statsMs === undefined ? undefined : await startStats(plan, plan.statsMs, meter, world);
  const record = file && recordRun(plan, meter, file);
  // Where a chart is drawn, nothing else may draw.
  const log = stats?.draws ? { ...world.log, footer: undefined } : world.log;
  const outcome = await outcomeOf(run({ ...world, meter, log }));
  stats?.end();
  await record?.end(outcome, world);
  if ("error" in outcome) throw outcome.error;
  return outcome.code;
}

/** How a run has ended. */
type Outcome = { readonly code: number } | { readonly error: unknown };

async function outcomeOf(running: Promise<number>): Promise<Outcome> {
  try {
    return { code: await running };
  } catch (error) {
    return { error };
  }
}

function recordRun(plan: MeasurePlan, meter: Meter, file: ReportFile) {
  const startedAt = new Date();
  const startMs = now();
  const spans = new Spans(meter);
  const history = new History(LOOK_MS, EPISODES);
  const timer = setInterval(() => history.add(spans.next()), LOOK_MS);
  return {
    /** Writes the page. A failure counts only when all else went well; else it is told and the run's own end stays. */
    end: async (outcome: Outcome, world: World): Promise<void> => {
      clearInterval(timer);
      history.add(spans.next());
      const { renderReport } = await import("./report-page.ts");
      const { messages, bytes, latency, early, gauges } = meter;
      const page = renderReport({
        ...describePlan(plan),
        ...describeOutcome(outcome, world),
        version,
        startedAt,
        durationMs: now() - startMs,
        messages,
        bytes,
        latency,
        early,
        episodes: history.episodes,
        account: gauges?.account() ?? {},
        settings: await plan.settings(),
      });
      await file.write(page).catch((error: unknown) => {
        if (!(error instanceof Failure) || ("code" in outcome && outcome.code === 0)) throw error;
        world.log.error(error);
      });
    },
  };
}

function describePlan({ role }: MeasurePlan): Pick<RunReport, "program" | "words"> {
  return { program: role === "consumer" ? "amqp-con" : "amqp-pub", words: words[role] };
}

function describeOutcome(
  outcome: Outcome,
  { signal }: World,
): Pick<RunReport, "ending" | "exitCode"> {
  const stopped = signal.aborted ? "stopped by a signal; " : "";
  if ("error" in outcome) {
    const { error } = outcome;
    const exitCode = error instanceof Failure ? error.exitCode : exitCodes.defect.code;
    const reason = error instanceof Error ? error.message.trim() : String(error);
    return { ending: `${stopped}${reason}`, exitCode };
  }
  const known = Object.values(exitCodes).find(({ code }) => code === outcome.code);
  return { ending: `${stopped}${known?.meaning ?? ""}`, exitCode: outcome.code };
}
