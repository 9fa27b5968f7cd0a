// Ten minutes at a steady pace, with a cut every half a minute: do memory and file descriptors of both binaries stay flat?
import { readdir, readFile } from "node:fs/promises";
import { brokenOf, quantile, type Proof, type Say } from "./proof.ts";
import { type Processes, runScenario } from "./scenario.ts";
import { Site } from "./site.ts";

const PER_SECOND = 500;
const CUT_EVERY_S = 30;
const SAMPLE_MS = 2000;
/** Until then a process grows as it warms up. */
const WARM_UP = 0.2;
/** What Node's garbage collector may leave lying about, more or less, from one sample to the next. */
const SLACK_MIB = 8;

interface Sample {
  readonly seconds: number;
  readonly rssMiB: number;
  readonly files: number;
}

type Side = keyof Processes;

export async function proveSoak(
  { minutes, seed }: { readonly minutes: number; readonly seed: number },
  say: Say,
): Promise<Proof> {
  const site = await Site.start(1, seed % 2 === 1 ? "publisher" : "consumer");
  const sampler = new Sampler(say);
  try {
    const messages = minutes * 60 * PER_SECOND;
    const cuts = Math.max(1, Math.round((minutes * 60) / CUT_EVERY_S) - 1);
    const plan = { messages, size: 1000, faults: cuts, seed, only: ["reset (RST)"] };
    const watch = (processes: Processes | undefined): void => sampler.watch(processes);
    const result = await runScenario(site, { ...plan, perSecond: PER_SECOND }, say, watch);
    const trends = sampler.trends();
    return {
      name: "soak",
      columns: [
        "process",
        "samples",
        "RSS after warm-up",
        "RSS at the end",
        "trend",
        "open files (lowest to highest)",
      ],
      rows: trends.map(({ side, rows }) => [
        side === "publisher" ? "amqp-pub" : "amqp-con",
        ...rows,
      ]),
      notes: [
        `${messages} messages of 1000 B, ${PER_SECOND} a second, ${result.faults.length} cuts, seed ${seed}, RabbitMQ ${result.version}: ` +
          `${result.lost} lost, ${result.duplicates} duplicates (allowed: ${result.duplicatesAllowed}).`,
      ],
      broken: [...result.broken, ...trends.flatMap(({ broken }) => broken)],
    };
  } finally {
    sampler.watch(undefined);
    await site.stop();
  }
}

/** Looks at both processes again and again. */
class Sampler {
  readonly #say: Say;
  readonly #samples: Record<Side, Sample[]> = { publisher: [], consumer: [] };
  #timer: NodeJS.Timeout | undefined;
  #since = 0;

  constructor(say: Say) {
    this.#say = say;
  }

  /** Begins; with undefined, ends. */
  watch(processes: Processes | undefined): void {
    clearInterval(this.#timer);
    this.#since = performance.now();
    if (processes) this.#timer = setInterval(() => void this.#look(processes), SAMPLE_MS);
  }

  trends() {
    return (["publisher", "consumer"] as const).map((side) => ({
      side,
      ...trendOf(side, this.#samples[side]),
    }));
  }

  async #look(processes: Processes): Promise<void> {
    const seconds = (performance.now() - this.#since) / 1000;
    for (const side of ["publisher", "consumer"] as const) {
      const found = await lookAt(processes[side]).catch(() => undefined);
      if (!found) continue;
      this.#samples[side].push({ seconds, ...found });
      if (this.#samples[side].length % 15 === 0)
        this.#say(
          `${seconds.toFixed(0)} s: ${side} ${found.rssMiB.toFixed(1)} MiB, ${found.files} files`,
        );
    }
  }
}

/** Memory and open files of a process. */
async function lookAt(pid: number): Promise<Omit<Sample, "seconds">> {
  const [status, files] = await Promise.all([
    readFile(`/proc/${pid}/status`, "utf8"),
    readdir(`/proc/${pid}/fd`),
  ]);
  return { rssMiB: Number(/VmRSS:\s*(\d+)/.exec(status)?.[1]) / 1024, files: files.length };
}

/** Flat: the last third is no larger than the one before it, but for slack, and has no more files open. */
function trendOf(side: Side, samples: readonly Sample[]) {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP));
  const third = Math.floor(warm.length / 3);
  const [first, middle, last] = [
    warm.slice(0, third),
    warm.slice(third, -third),
    warm.slice(-third),
  ];
  const rss = [first, middle, last].map((part) => quantile(part.map(({ rssMiB }) => rssMiB)));
  const files = [first, middle, last].map((part) => quantile(part.map((sample) => sample.files)));
  const [rssFirst = 0, rssMiddle = 0, rssLast = 0] = rss;
  const [, filesMiddle = 0, filesLast = 0] = files;
  const counts = warm.map((sample) => sample.files);
  return {
    rows: [
      warm.length,
      `${rssFirst.toFixed(1)} MiB`,
      `${rssLast.toFixed(1)} MiB`,
      `${(slopeOf(warm) * 3600).toFixed(1)} MiB/h`,
      `${Math.min(...counts)} to ${Math.max(...counts)}`,
    ],
    broken: brokenOf([
      [warm.length >= 9, `${side}: only ${warm.length} samples`],
      [rssLast <= rssMiddle + SLACK_MIB, `${side}: memory grows: ${rss.join(", ")} MiB`],
      [filesLast <= filesMiddle, `${side}: open files grow: ${files.join(", ")}`],
    ]),
  };
}

/** MiB a second: the straight line that fits best. */
function slopeOf(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [time, rss] = [mean(({ seconds }) => seconds), mean(({ rssMiB }) => rssMiB)];
  const shared = mean((sample) => (sample.seconds - time) * (sample.rssMiB - rss));
  return shared / mean((sample) => (sample.seconds - time) ** 2);
}
