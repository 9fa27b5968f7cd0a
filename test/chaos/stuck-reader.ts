// Output that nobody takes for a minute, with much more waiting in the queue than may be in memory: amqp-con stays small, its
// connection stays up, and when the reader wakes every byte arrives, once and in order.
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type ConfirmChannel, connect } from "amqplib";
import type { Child } from "../support/child.ts";
import { shell } from "../support/run.ts";
import { brokenOf, type Cell, type Proof, type Say } from "./proof.ts";
import { peakMiB } from "./rig.ts";

export interface StuckPlan {
  /** So much waits in the queue; a million bytes each. */
  readonly megabytes: number;
  /** So long nobody reads. */
  readonly seconds: number;
  /** Only variants with this in their name. */
  readonly only: string;
}

interface Variant {
  readonly name: string;
  readonly size: number;
  readonly flags: string;
  readonly limitMiB?: number;
}

const LIMIT_MIB = 120;
/** A handler's message is in memory several times: as body, as record, and as what it has printed. */
const HANDLER_LIMIT_MIB = 150;

const variants: readonly Variant[] = [
  { name: "1 MB bodies", size: 1_000_000, flags: "--format raw" },
  { name: "1 MB bodies, --ack-auto", size: 1_000_000, flags: "--format raw --ack-auto" },
  { name: "10 kB bodies", size: 10_000, flags: "--format raw" },
  { name: "10 kB bodies, --ack-auto", size: 10_000, flags: "--format raw --ack-auto" },
  { name: "1 kB bodies", size: 1000, flags: "--format raw" },
  { name: "1 kB bodies, --ack-auto", size: 1000, flags: "--format raw --ack-auto" },
  {
    name: "1 MB bodies, handlers",
    size: 1_000_000,
    flags: "-- cat",
    limitMiB: HANDLER_LIMIT_MIB,
  },
];

/** Lets a reader stand still in each variant. */
export async function proveStuckReader(url: string, plan: StuckPlan, say: Say): Promise<Proof> {
  const rows: (readonly Cell[])[] = [];
  const broken: string[] = [];
  for (const variant of variants.filter(({ name }) => name.includes(plan.only))) {
    const found = await stand(url, variant, plan);
    rows.push([variant.name, plan.megabytes, plan.seconds, Math.round(found.peak)]);
    broken.push(...found.broken.map((complaint) => `${variant.name}: ${complaint}`));
    say(`${variant.name}: ${found.peak.toFixed(0)} MiB at most`);
  }
  const columns = ["what", "MB queued", "seconds stuck", "MiB at most"];
  return { name: "stuck-reader", columns, rows, notes: [], broken };
}

async function stand(
  url: string,
  { size, flags, limitMiB = LIMIT_MIB }: Variant,
  { megabytes, seconds }: StuckPlan,
) {
  const queue = `stuck-reader-${Date.now()}`;
  const count = Math.round((megabytes * 1_000_000) / size);
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  try {
    await channel.assertQueue(queue, { durable: true });
    const sum = await fill(channel, queue, count, size);
    const child = startStuck(`-u '${url}' -q ${queue} -n ${count} ${flags}`, seconds);
    const pid = Number(await child.waitFor("stderr", /^\d+$/));
    const peak = watchPeak(pid);
    await sleep(seconds * 900);
    const { consumerCount } = await channel.checkQueue(queue);
    const { code, stdout, stderr } = await child.ended(600_000);
    const { messageCount } = await channel.checkQueue(queue);
    const told = stderr.split("\n").filter((line) => line !== "" && line !== `${pid}`);
    return {
      peak: await peak,
      broken: brokenOf([
        [code === 0, `ended with ${code}`],
        [(await peak) <= limitMiB, `${(await peak).toFixed(0)} MiB`],
        [consumerCount === 1, `${consumerCount} consumers while the reader stood still`],
        [told.join() === `Stopping: --count ${count} reached`, `it says: ${told.join("; ")}`],
        [stdout.startsWith(sum), "what was read is not what was sent"],
        [messageCount === 0, `${messageCount} messages are left`],
      ]),
    };
  } finally {
    await channel.deleteQueue(queue);
    await connection.close();
  }
}

/** amqp-con, its process number on stderr, before a reader that first does nothing. */
function startStuck(words: string, seconds: number): Child {
  const consumer = `sh -c 'echo $$ >&2; exec amqp-con "$@"' sh --heartbeat 5 ${words}`;
  return shell(`${consumer} | (sleep ${seconds}; sha256sum)`);
}

/** Puts messages into the queue; resolves with the SHA-256 of all their bytes. */
async function fill(
  channel: ConfirmChannel,
  queue: string,
  count: number,
  size: number,
): Promise<string> {
  const sum = createHash("sha256");
  for (let number = 1; number <= count; number++) {
    const body = Buffer.alloc(size, `${number} `);
    sum.update(body);
    channel.sendToQueue(queue, body);
    if (number % Math.max(1, Math.round(5_000_000 / size)) === 0) await channel.waitForConfirms();
  }
  await channel.waitForConfirms();
  return sum.digest("hex");
}

/** The most memory that a process has had when it ends. */
async function watchPeak(pid: number): Promise<number> {
  let peak = 0;
  for (;;) {
    const now = await peakMiB(pid).catch(() => Number.NaN);
    if (Number.isNaN(now)) return peak;
    peak = now;
    await sleep(100);
  }
}
