// npm run chaos -- --messages 1000000 --faults 12 --seeds 3
// The first word says what to prove: faults (unless said otherwise), kills, stops, soak, drills or cost. Each prints its
// results as a table; --write puts it into docs/reliability.md. --seed N runs one seed again.
import process from "node:process";
import { parseArgs } from "node:util";
import { proveCost } from "./cost.ts";
import { proveDrills } from "./drills.ts";
import { type Asked, proveFaults } from "./fault-runs.ts";
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

function faultRuns(
  name: string,
  usual: { readonly [key in "messages" | "faults" | "nodes"]: number } & Pick<Asked, "only">,
): Promise<Proof> {
  const asked: Asked = {
    name,
    seeds,
    messages: Number(values.messages ?? usual.messages),
    size: Number(values.size),
    faults: Number(values.faults ?? usual.faults),
    nodes: Number(values.nodes ?? usual.nodes),
    only: values.only?.split(",") ?? usual.only,
    window: Number(values.window),
    queueType: values.queue === "classic" ? "classic" : "quorum",
    verbose: values.verbose,
  };
  return proveFaults(asked, say);
}

const proofs: Readonly<Record<string, () => Promise<Proof>>> = {
  faults: () => faultRuns("faults", { messages: 100_000, faults: 12, nodes: 3, only: [""] }),
  kills: () =>
    faultRuns("kills", { messages: 500_000, faults: 100, nodes: 1, only: ["worker killed"] }),
  stops: () => proveStops({ runs: Number(values.runs), seed, only: values.only }, say),
  soak: () => proveSoak({ minutes: Number(values.minutes), seed }, say),
  drills: () => proveDrills({ only: values.only }, say),
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
