// npm run chaos:handlers -- kills --messages 20000 --kills 20 --seed 1
// Proves what is promised of amqp-con as a worker. The first word says what: kills, ends (handlers that exit, hang and are
// killed as they like), or stuck (a reader of the output that stands still). The broker: AMQP_URL, or one of our own.
import process from "node:process";
import { parseArgs } from "node:util";
import { findBroker } from "../support/broker.ts";
import { proveHandlerEnds } from "./handler-ends.ts";
import { proveHandlerKills } from "./handler-kills.ts";
import { toMarkdown, type Proof } from "./proof.ts";
import { proveStuckReader } from "./stuck-reader.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    messages: { type: "string" },
    kills: { type: "string", default: "20" },
    prefetch: { type: "string", default: "32" },
    jobs: { type: "string", default: "8" },
    queue: { type: "string", default: "classic" },
    seed: { type: "string", default: "1" },
    seconds: { type: "string", default: "60" },
    megabytes: { type: "string", default: "1000" },
    only: { type: "string", default: "" },
  },
});

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const [seed, seconds, megabytes] = [values.seed, values.seconds, values.megabytes].map(Number);
const messages = (usual: number): number => Number(values.messages ?? usual);

const proofs: Readonly<Record<string, (url: string) => Promise<Proof>>> = {
  kills: (url) => {
    const [kills = 0, prefetch = 0, jobs = 0] = [values.kills, values.prefetch, values.jobs].map(
      Number,
    );
    const queueType = values.queue === "quorum" ? "quorum" : "classic";
    const how = { kills, prefetch, jobs, queueType, seed: seed ?? 1 } as const;
    return proveHandlerKills(url, { messages: messages(20_000), ...how }, say);
  },
  ends: (url) => proveHandlerEnds(url, { messages: messages(1000), seed: seed ?? 1 }, say),
  stuck: (url) =>
    proveStuckReader(
      url,
      { megabytes: megabytes ?? 0, seconds: seconds ?? 0, only: values.only },
      say,
    ),
};

const [word = ""] = positionals;
const prove = proofs[word];
if (!prove) throw new Error(`say what to prove: ${Object.keys(proofs).join(", ")}`);
// What waits for a reader is much: the node must not stop publishers because of it.
const broker = await findBroker({ config: ["vm_memory_high_watermark.absolute = 6GB"] });
try {
  const proof = await prove(broker.url);
  process.stdout.write(toMarkdown(proof));
  for (const complaint of proof.broken) say(`NOT KEPT: ${complaint}`);
  process.exitCode = proof.broken.length > 0 ? 1 : 0;
} finally {
  await broker.stop();
}
