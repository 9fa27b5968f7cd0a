// npm run chaos -- --messages 1000000 --faults 12 --seeds 3
// Runs scenarios on a cluster (or, with --nodes 1, a single broker) and prints their results as a table; --write puts it
// into docs/reliability.md. --seed N runs that one again; --only alarm,killed takes faults with these words in their names.
import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type ScenarioResult, runScenario } from "./scenario.ts";
import { Site } from "./site.ts";

const { values } = parseArgs({
  options: {
    messages: { type: "string", default: "100000" },
    size: { type: "string", default: "100" },
    faults: { type: "string", default: "12" },
    seeds: { type: "string", default: "1" },
    seed: { type: "string" },
    only: { type: "string" },
    nodes: { type: "string", default: "3" },
    write: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
  },
});

const note = fileURLToPath(new URL("../../docs/reliability.md", import.meta.url));
const seeds =
  values.seed === undefined
    ? Array.from({ length: Number(values.seeds) }, (_, index) => index + 1)
    : [Number(values.seed)];

const results: ScenarioResult[] = [];
for (const seed of seeds) results.push(await runOne(seed));
const text = table(results);
process.stdout.write(text);
if (values.write) await writeNote(text);
process.exitCode = results.some(({ broken }) => broken.length > 0) ? 1 : 0;

async function runOne(seed: number): Promise<ScenarioResult> {
  say(`seed ${seed}: starting ${values.nodes} node(s)`);
  const site = await Site.start(Number(values.nodes), seed % 2 === 1 ? "publisher" : "consumer");
  try {
    const [messages, size, faults] = [values.messages, values.size, values.faults].map(Number);
    const only = values.only?.split(",") ?? [""];
    const plan = { messages: messages ?? 0, size: size ?? 0, faults: faults ?? 0, seed, only };
    const result = await runScenario(site, plan, (line) => say(`seed ${seed}: ${line}`));
    if (values.verbose || result.broken.length > 0) say(result.stderr);
    say(`seed ${seed}: ${result.broken.join("; ") || "all promises kept"}`);
    return result;
  } finally {
    await site.stop();
  }
}

function table(rows: readonly ScenarioResult[]): string {
  const head =
    "| seed | messages | faults | seconds | lost | duplicates | out of order (put back late) | publisher losses, sent again | consumer losses | promises |";
  const rule = "| ---: ".repeat(9) + "| --- |";
  const lines = rows.map(
    (row) =>
      `| ${row.plan.seed} | ${row.plan.messages} × ${row.plan.size} B | ${row.faults.length} | ${row.seconds.toFixed(0)} | ${row.lost} | ${row.duplicates} | ${row.outOfOrder} (${row.putBackLate}) | ${row.reconnects}, ${row.resent} | ${row.consumerLosses} | ${row.broken.join("; ") || "all kept"} |`,
  );
  const stories = rows.map((row) => `- seed ${row.plan.seed}: ${row.faults.join("; ")}`);
  return `${[head, rule, ...lines, "", ...stories].join("\n")}\n`;
}

async function writeNote(measured: string): Promise<void> {
  const old = await readFile(note, "utf8");
  const between = /(<!-- chaos -->\n)[^]*?(\n<!-- end -->)/;
  if (!between.test(old)) throw new Error(`${note} has no place for the table`);
  await writeFile(
    note,
    old.replace(between, (_, start: string, end: string) => `${start}\n${measured}${end}`),
  );
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
