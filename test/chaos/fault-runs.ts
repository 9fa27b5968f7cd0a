// Scenarios one after another, each with its seed and on brokers of its own; their results as a table.
import { type Proof, type Say } from "./proof.ts";
import { type ScenarioResult, runScenario } from "./scenario.ts";
import { Site } from "./site.ts";
import type { QueueType } from "./traffic.ts";

/** What to run. */
export interface Asked {
  readonly seeds: readonly number[];
  readonly messages: number;
  readonly size: number;
  readonly faults: number;
  readonly nodes: number;
  /** Only faults whose name holds one of these. */
  readonly only: readonly string[];
  readonly window: number;
  readonly queueType: QueueType;
  /** Tell also what the binaries of a good run have written. */
  readonly verbose: boolean;
}

export async function proveFaults(name: string, all: readonly Asked[], say: Say): Promise<Proof> {
  const results: ScenarioResult[] = [];
  for (const asked of all)
    for (const seed of asked.seeds)
      results.push(await runOne(asked, seed, (line) => say(`seed ${seed}: ${line}`)));
  return {
    name,
    columns: [
      "seed",
      "RabbitMQ",
      "queue",
      "messages",
      "window",
      "faults",
      "seconds",
      "lost",
      "duplicates (allowed)",
      "out of order (put back late)",
      "publisher losses, sent again",
      "consumer losses",
      "promises",
    ],
    rows: results.map(toRow),
    notes: results.map(({ plan, faults }) => `- seed ${plan.seed}: ${tell(faults)}`),
    broken: results.flatMap(({ plan, broken }) => broken.map((why) => `seed ${plan.seed}: ${why}`)),
  };
}

async function runOne(asked: Asked, seed: number, say: Say): Promise<ScenarioResult> {
  say(`starting ${asked.nodes} node(s)`);
  const site = await Site.start(asked.nodes, seed % 2 === 1 ? "publisher" : "consumer");
  try {
    const { messages, size, faults, only, window, queueType } = asked;
    const plan = { messages, size, faults, seed, only, window, queueType };
    const result = await runScenario(site, plan, say);
    if (asked.verbose || result.broken.length > 0) say(result.stderr);
    say(result.broken.join("; ") || "all promises kept");
    return result;
  } finally {
    await site.stop();
  }
}

function toRow(row: ScenarioResult): Proof["rows"][number] {
  const { plan, broken } = row;
  return [
    plan.seed,
    row.version,
    row.place,
    `${plan.messages} × ${plan.size} B`,
    plan.window ?? "",
    row.faults.length,
    Math.round(row.seconds),
    row.lost,
    `${row.duplicates} (${row.duplicatesAllowed})`,
    `${row.outOfOrder} (${row.putBackLate})`,
    `${row.reconnects}, ${row.resent}`,
    row.consumerLosses,
    broken.join("; ") || "all kept",
  ];
}

/** In the order in which they happened; the same again and again as one. */
function tell(faults: readonly string[]): string {
  const [first = "none"] = faults;
  const isAlike = faults.every((fault) => fault === first);
  return isAlike && faults.length > 1 ? `${faults.length} × ${first}` : faults.join("; ");
}
