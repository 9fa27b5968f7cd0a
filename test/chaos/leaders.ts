// The node that leads a queue or a stream is killed under runs that end by themselves: they must not take a queue without a
// leader for one that is empty, nor a new leader's absence for a refusal.
import { type OwnBroker, startCluster } from "../support/broker.ts";
import { unique } from "../support/name.ts";
import { run, runToEnd } from "../support/run.ts";
import type { Proof, Say } from "./proof.ts";
import { moreLines, untilOpen } from "./rig.ts";

const MESSAGES = 20_000;
/** As many are passed on before the node is killed. */
const BEFORE_KILL = 5000;
const PATIENCE_MS = 90_000;

/** Nodes in the order in which they lead and are used. */
type Nodes = readonly [leader: OwnBroker, second: OwnBroker, third: OwnBroker];

interface Case {
  readonly name: string;
  /** Starts the run that is put to the test on queue `from`; `to` is for what it passes on. */
  readonly words: (from: string, to: string) => readonly string[];
  readonly type: "quorum" | "stream";
  /** Is the node that is killed the one it is connected to? */
  readonly isConnected: boolean;
}

const rated = ["--rate", "6000", "--format", "body"];
const forwarding = ["--rate", "6000", "--idle-timeout", "5", "--stats", "0.2"];
const cases: readonly Case[] = [
  {
    name: "amqp-con --until-empty, the queue's leader",
    words: (from) => ["-q", from, ...rated, "--until-empty"],
    type: "quorum",
    isConnected: false,
  },
  {
    name: "amqp-con --idle-timeout, the node it is connected to leads",
    words: (from) => ["-q", from, ...rated, "--idle-timeout", "5"],
    type: "quorum",
    isConnected: true,
  },
  {
    name: "amqp-con --offset first, the stream's leader",
    words: (from) => ["-q", from, ...rated, "--offset", "first", "--idle-timeout", "5"],
    type: "stream",
    isConnected: true,
  },
  {
    name: "amqp-con --forward, the leader of both queues",
    words: (from, to) => ["-q", from, "--forward", `:${to}`, ...forwarding],
    type: "quorum",
    isConnected: true,
  },
];

export async function proveLeaders(
  { rounds }: { readonly rounds: number },
  say: Say,
): Promise<Proof> {
  const cluster = await startCluster(3);
  const rows: (readonly [string, number, string, string])[] = [];
  try {
    for (const each of cases) {
      const findings: Finding[] = [];
      for (let round = 0; round < rounds; round++)
        findings.push(await play(each, inOrder(cluster.nodes, round)));
      const kept = findings.every(({ code, taken }) => code === 0 && taken === MESSAGES);
      const told = findings.map(({ code, taken }) => `${taken} (exit code ${code})`).join(", ");
      rows.push([each.name, rounds, told, kept ? "kept" : "BROKEN"]);
      say(`${each.name}: ${told}: ${kept ? "kept" : "BROKEN"}`);
    }
  } finally {
    await cluster.stop();
  }
  return {
    name: "leaders",
    columns: ["whose leader is killed", "rounds", `of ${MESSAGES} messages came`, "result"],
    rows,
    notes: [`RabbitMQ ${cluster.nodes[0]?.version}, three nodes.`],
    broken: rows.filter(([, , , result]) => result !== "kept").map(([name]) => name),
  };
}

interface Finding {
  readonly code: number | null;
  /** Messages that came, each counted once. */
  readonly taken: number;
}

/** Another node leads each time. */
function inOrder(nodes: readonly OwnBroker[], round: number): Nodes {
  const [leader, second, third] = [0, 1, 2].map((i) => nodes[(i + round) % nodes.length]);
  if (!leader || !second || !third) throw new Error("a cluster of three is needed");
  return [leader, second, third];
}

/** A queue is led by the node on which it is declared. */
async function play({ words, type, isConnected }: Case, nodes: Nodes): Promise<Finding> {
  const [leader, second, third] = nodes;
  const [from, to] = [unique("from"), unique("to")];
  for (const queue of [from, to]) {
    const flags = ["-q", queue, "-Q", "--queue-type", queue === from ? type : "quorum"];
    await succeed(["-u", leader.url, ...flags, "--declare-only"]);
  }
  const numbers = Array.from({ length: MESSAGES }, (_, i) => `${i}`).join("\n");
  await succeed(["-u", leader.url, "-k", from, "-l", "--confirm", "--quiet"], numbers);
  const urls = (isConnected ? [leader, second, third] : [second, third, leader]).map(
    ({ url }) => url,
  );
  const argv = words(from, to);
  const passesOn = argv.includes("--forward");
  const child = run("amqp-con", ["-u", urls.join(","), ...argv]);
  // The statistics of what is passed on are a line each fifth of a second.
  await (passesOn ? child.waitForLines("stderr", 5) : moreLines(child, BEFORE_KILL));
  await leader.kill9();
  const { code, stdout } = await child.ended(PATIENCE_MS);
  const taken = passesOn ? await drain(second, to) : stdout;
  const restarted = leader.restart();
  await untilOpen(leader.port);
  await restarted;
  for (const queue of [from, to]) await succeed(["-u", second.url, "-q", queue, "--delete-queue"]);
  return { code, taken: new Set(taken.trimEnd().split("\n")).size };
}

/** All bodies in a queue. */
async function drain({ url }: OwnBroker, queue: string): Promise<string> {
  const flags = ["-q", queue, "--format", "body", "--idle-timeout", "3"];
  const options = { timeoutMs: PATIENCE_MS };
  const { stdout } = await runToEnd("amqp-con", ["-u", url, ...flags], options);
  return stdout;
}

async function succeed(argv: readonly string[], stdin?: string): Promise<void> {
  const options = { timeoutMs: PATIENCE_MS, ...(stdin !== undefined && { stdin }) };
  const { code, stderr } = await runToEnd("amqp-pub", argv, options);
  if (code !== 0) throw new Error(`amqp-pub ${argv.join(" ")}: ${stderr}`);
}
