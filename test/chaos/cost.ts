// What never losing a message costs: the binaries beside the least that does the same work and breaks at the first fault
// (bare.ts), in turn on the same broker, time against time.
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type OwnBroker, startBroker } from "../support/broker.ts";
import { command } from "../support/run.ts";
import { brokenOf, quantile, type Proof, type Say } from "./proof.ts";
import { Shelf } from "./shelf.ts";

const MOST_SHARE = 1.05;
const WINDOW = 1000;
/** What disturbs a run makes it slower, never faster. */
const USUAL = 0.25;
const entry = fileURLToPath(new URL("bare.ts", import.meta.url));
const dist = fileURLToPath(new URL("../../dist/", import.meta.url));

/** How much to measure. */
interface Asked {
  readonly messages: number;
  readonly rounds: number;
}

/** What one process has taken, from start to end. */
interface Cost {
  readonly ms: number;
  /** Processor time of the process. */
  readonly cpuMs: number;
  /** The same, and the broker's meanwhile. */
  readonly allCpuMs: number;
}

/** Two ways to do the same. */
interface Contest {
  readonly name: string;
  /** Of a message, with the end of its line. */
  readonly bytes: number;
  /** More time than this is too much; undefined where the figure is only told. */
  readonly most: number | undefined;
  readonly ours: (messages: number) => readonly string[];
  readonly bare: (messages: number) => readonly string[];
  /** Before each run. */
  readonly prepare: (messages: number) => Promise<void>;
  readonly input: string;
}

export async function proveCost(asked: Asked, say: Say): Promise<Proof> {
  const folder = await mkdtemp(path.join(tmpdir(), "amqp-pubcon-cost-"));
  const broker = await startBroker();
  try {
    const contests = await prepareContests(broker, asked.messages, folder);
    const rows: (readonly (string | number)[])[] = [];
    const broken: string[] = [];
    for (const contest of contests) {
      const { row, share } = await compare(broker, contest, asked, folder, say);
      rows.push(row);
      broken.push(
        ...brokenOf([
          [
            share <= (contest.most ?? Infinity),
            `${contest.name} takes ${toPercent(share)} more time`,
          ],
        ]),
      );
    }
    return {
      name: "cost",
      columns: [
        "work",
        "pairs",
        "messages",
        "bare",
        "ours",
        "time",
        "processor time with the broker's",
        "alone",
      ],
      rows,
      notes: [
        `Each figure is the one that a quarter of the runs stay below, so that other work on the machine counts little. RabbitMQ ${broker.version}.`,
      ],
      broken,
    };
  } finally {
    await broker.stop();
    await rm(folder, { recursive: true });
  }
}

async function prepareContests(
  broker: OwnBroker,
  messages: number,
  folder: string,
): Promise<readonly Contest[]> {
  const bare = path.join(folder, "bare.mjs");
  const banner = {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  };
  const bundle = { bundle: true, platform: "node", format: "esm", outfile: bare, banner } as const;
  await build({ ...bundle, entryPoints: [entry] });
  const { url } = broker;
  const sea = await Shelf.create(url, "sea", "classic");
  const pond = await Shelf.create(url, "pond", "classic");
  const connection = ["--url", url];
  const publishing = ["-k", sea.queue, "-l", "--confirm", "--quiet"];
  const consuming = ["-q", pond.queue, "--format", "raw"];
  const publish = async (
    bytes: number,
    kind: "persistent" | "transient",
    most?: number,
  ): Promise<Contest> => {
    const lines = path.join(folder, `lines-${bytes}`);
    await writeFile(lines, `${"x".repeat(bytes - 1)}\n`.repeat(messages));
    const keeping = kind === "persistent" ? ["--persistent"] : [];
    return {
      name: `publish ${kind} messages with confirms, window ${WINDOW}`,
      bytes,
      most,
      ours: () => [
        `${dist}amqp-pub.cjs`,
        ...connection,
        ...publishing,
        ...keeping,
        "--confirm-window",
        `${WINDOW}`,
      ],
      bare: () => [bare, "publish", url, sea.queue, `${WINDOW}`, kind],
      prepare: () => sea.empty(),
      input: lines,
    };
  };
  const consume = (bytes: number): Contest => ({
    name: "consume, print and acknowledge, prefetch 256",
    bytes,
    most: MOST_SHARE,
    ours: (count) => [`${dist}amqp-con.cjs`, ...connection, ...consuming, "-n", `${count}`],
    bare: (count) => [bare, "consume", url, pond.queue, `${count}`],
    prepare: (count) => pond.fill(count, bytes),
    input: "/dev/null",
  });
  return [
    await publish(1024, "persistent", MOST_SHARE),
    consume(1024),
    // The least that a broker has to do for a message: so much the more of our own work shows.
    await publish(100, "transient"),
  ];
}

/** Ours, bare, bare, ours, and so on: whatever drifts meanwhile hits both. */
async function compare(
  broker: OwnBroker,
  contest: Contest,
  { messages, rounds }: Asked,
  folder: string,
  say: Say,
) {
  const costs: { ours: Cost[]; bare: Cost[] } = { ours: [], bare: [] };
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? (["ours", "bare"] as const) : (["bare", "ours"] as const);
    for (const who of order) costs[who].push(await measure(contest, who, messages, folder, broker));
    const [ours, bare] = [costs.ours.at(-1), costs.bare.at(-1)];
    say(`${contest.name}: ours ${JSON.stringify(ours)}, bare ${JSON.stringify(bare)}`);
  }
  const usual = (those: readonly Cost[], of: keyof Cost): number =>
    quantile(
      those.map((cost) => cost[of]),
      USUAL,
    );
  const share = (of: keyof Cost): number => usual(costs.ours, of) / usual(costs.bare, of);
  const speed = (those: readonly Cost[]): string =>
    `${Math.round(messages / usual(those, "ms"))} thousand/s`;
  const row = [
    contest.name,
    rounds,
    `${messages} × ${contest.bytes} B`,
    speed(costs.bare),
    speed(costs.ours),
    toPercent(share("ms")),
    toPercent(share("allCpuMs")),
    toPercent(share("cpuMs")),
  ];
  return { row, share: share("ms") };
}

async function measure(
  contest: Contest,
  who: "ours" | "bare",
  messages: number,
  folder: string,
  broker: OwnBroker,
): Promise<Cost> {
  await contest.prepare(messages);
  const before = await processorTime(broker);
  const output = await open(path.join(folder, "output"), "w");
  const words = [process.execPath, ...contest[who](messages)];
  const script = `TIMEFORMAT='cpu %U %S'; time "$@" < ${contest.input}`;
  const child = command("bash", ["-c", script, "bash", ...words], { stdout: output.fd });
  await output.close();
  const since = performance.now();
  const { code, stderr } = await child.ended(300_000);
  const ms = Math.round(performance.now() - since);
  if (code !== 0) throw new Error(`${words.join(" ")} has ended with ${code}:\n${stderr}`);
  const [, user, system] = /^cpu ([\d.]+) ([\d.]+)$/m.exec(stderr) ?? [];
  const cpuMs = Math.round((Number(user) + Number(system)) * 1000);
  const brokerMs = (await processorTime(broker)) - before;
  return { ms, cpuMs, allCpuMs: cpuMs + brokerMs };
}

/** Milliseconds that the broker has used so far. */
async function processorTime({ ctl }: OwnBroker): Promise<number> {
  return Number(await ctl("eval", "element(1, erlang:statistics(runtime))."));
}

function toPercent(share: number): string {
  const percent = (share - 1) * 100;
  return `${percent < 0 ? "−" : "+"}${Math.abs(percent).toFixed(1)} %`;
}
