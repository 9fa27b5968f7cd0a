// `npm run bench:start [PAIRS]`: what sending one message costs beyond a bare Node, from spawn to end. Each run of amqp-pub
// has a bare one beside it, so that a machine whose speed drifts slows both. The broker: AMQP_URL, or one of our own.
import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { connect } from "amqplib";
import { type Broker, findBroker } from "../../test/support/broker.ts";

/** The start-up budget; docs/adr/0002-one-file-a-binary.md. */
const BUDGET_MS = 30;
const WARM_UP_PAIRS = 2;

const binary = fileURLToPath(new URL("../../dist/amqp-pub.cjs", import.meta.url));
const queue = `bench-start.${process.pid}`;

/** Wall times of two commands that ran one after the other. */
interface Pair {
  readonly ours: number;
  readonly bare: number;
}

process.exitCode = await main(Number(process.argv[2] ?? 40));

async function main(count: number): Promise<number> {
  const broker = await findBroker();
  const connection = await connect(broker.url);
  try {
    const channel = await connection.createChannel();
    await channel.assertQueue(queue, { durable: true, maxLength: 1, expires: 600_000 });
    const pairs = Array.from({ length: WARM_UP_PAIRS + count }, () => measure(broker));
    await channel.deleteQueue(queue);
    return report(broker, pairs.slice(WARM_UP_PAIRS));
  } finally {
    await connection.close();
    await broker.stop();
  }
}

function measure({ url, host }: Broker): Pair {
  const args = [binary, "-q", queue, "-m", "x", "--server-name", host];
  return { ours: time(args, { AMQP_URL: url }), bare: time(["-e", "0"], {}) };
}

/** Milliseconds from spawn to end, with output into a pipe. @throws when it fails */
function time(args: readonly string[], env: NodeJS.ProcessEnv): number {
  const since = performance.now();
  const { status } = spawnSync(process.execPath, args, {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ms = performance.now() - since;
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}`);
  return ms;
}

function report({ version, host }: Broker, pairs: readonly Pair[]): number {
  const beyond = quartiles(pairs.map(({ ours, bare }) => ours - bare));
  const kept = beyond.median <= BUDGET_MS;
  const rows = [
    `Node ${process.versions.node}, RabbitMQ ${version} at ${host}, ${pairs.length} pairs; ms: median (quartiles)`,
    `amqp-pub -q QUEUE -m x   ${show(quartiles(pairs.map(({ ours }) => ours)))}`,
    `node -e 0                ${show(quartiles(pairs.map(({ bare }) => bare)))}`,
    `difference               ${show(beyond)}   budget ${BUDGET_MS}: ${kept ? "kept" : "EXCEEDED"}`,
    `ratio                    ${show(quartiles(pairs.map(({ ours, bare }) => ours / bare)), 2)}`,
  ];
  process.stdout.write(`${rows.join("\n")}\n`);
  return kept ? 0 : 1;
}

interface Quartiles {
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
}

function quartiles(values: readonly number[]): Quartiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? NaN;
  return { lower: at(0.25), median: at(0.5), upper: at(0.75) };
}

function show({ lower, median, upper }: Quartiles, digits = 1): string {
  const [low, middle, high] = [lower, median, upper].map((value) => value.toFixed(digits));
  return `${middle?.padStart(6)} (${low}-${high})`;
}
