// npm run chaos -- --messages 1000000 --faults 12 --seeds 3
// The first word says what to prove: faults (unless said otherwise), variety, kills, stops, soak, drills, leaders or cost. Each prints its
// results as a table; --write puts it into docs/reliability.md. --seed N runs one seed again.
import process from "node:process";
import { parseArgs } from "node:util";
import { proveCost } from "./cost.ts";
import { proveDrills } from "./drills.ts";
import { type Asked, proveFaults } from "./fault-runs.ts";
import { proveLeaders } from "./leaders.ts";
import { toMarkdown, writeDown, type Proof } from "./proof.ts";
import { proveSoak } from "./soak.ts";
import { proveStops } from "./stops.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    messages: { type: "string" },
    size: { type: "string", default: "100" },
    faults: { type: "string" },
    seeds: { type: "string", default: "1" },
    seed: { type: "string" },
    only: { type: "string" },
    nodes: { type: "string" },
    runs: { type: "string", default: "100" },
    minutes: { type: "string", default: "10" },
    rounds: { type: "string", default: "8" },
    queue: { type: "string", default: "quorum" },
    window: { type: "string", default: "1000" },
    write: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
  },
});

const seeds =
  values.seed === undefined
    ? Array.from({ length: Number(values.seeds) }, (_, index) => index + 1)
    : [Number(values.seed)];
const [seed = 1] = seeds;

/** What was asked for, else what is usual for a proof. */
function asked(usual: Partial<Asked>): Asked {
  const { messages, faults, nodes, only, size, window, queue, verbose } = values;
  return {
    seeds,
    size: Number(size),
    window: Number(window),
    queueType: queue === "classic" ? "classic" : "quorum",
    verbose,
    ...usual,
    messages: Number(messages ?? usual.messages ?? 100_000),
    faults: Number(faults ?? usual.faults ?? 12),
    nodes: Number(nodes ?? usual.nodes ?? 3),
    only: only?.split(",") ?? usual.only ?? [""],
  };
}

/** Small and large windows and messages, classic queues on one node and on a cluster. */
const varieties: readonly Partial<Asked>[] = [
  { seeds: [4], window: 1, nodes: 1, queueType: "classic", messages: 10_000, faults: 6 },
  { seeds: [5], window: 100_000, nodes: 1, queueType: "classic", messages: 200_000, faults: 8 },
  { seeds: [6], window: 100_000, messages: 200_000, faults: 8 },
  { seeds: [7], window: 10, messages: 100_000, faults: 8 },
  { seeds: [8], size: 1_000_000, nodes: 1, queueType: "classic", messages: 600, faults: 6 },
  { seeds: [9], queueType: "classic", messages: 200_000, faults: 12 },
];

const kills = { messages: 500_000, faults: 100, nodes: 1, only: ["worker killed"] };

const proofs: Readonly<Record<string, () => Promise<Proof>>> = {
  faults: () => proveFaults("faults", [asked({})], say),
  variety: () => proveFaults("variety", varieties.map(asked), say),
  kills: () => proveFaults("kills", [asked(kills)], say),
  stops: () => proveStops({ runs: Number(values.runs), seed, only: values.only }, say),
  soak: () => proveSoak({ minutes: Number(values.minutes), seed }, say),
  drills: () => proveDrills({ only: values.only }, say),
  leaders: () => proveLeaders({ rounds: 3 }, say),
  cost: () =>
    proveCost({ messages: Number(values.messages ?? 300_000), rounds: Number(values.rounds) }, say),
};

const [name = "faults"] = positionals;
const prove = proofs[name];
if (prove) {
  const proof = await prove();
  process.stdout.write(toMarkdown(proof));
  if (values.write) await writeDown(proof);
  for (const complaint of proof.broken) say(`BROKEN: ${complaint}`);
  process.exitCode = proof.broken.length > 0 ? 1 : 0;
} else {
  say(`${name} is none of ${Object.keys(proofs).join(", ")}`);
  process.exitCode = 2;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
