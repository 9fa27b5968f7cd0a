// One scenario: messages flow from amqp-pub to amqp-con while faults happen, then all numbers are audited.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { audit, type Findings } from "./audit.ts";
import { chooseFaults, type Fault, type Scene } from "./faults.ts";
import { randomFrom } from "./random.ts";
import type { Site } from "./site.ts";
import { brokenOf, type Say } from "./proof.ts";
import { Consumer, Feed, type QueueType, type Route } from "./traffic.ts";

export interface ScenarioPlan {
  readonly messages: number;
  /** Bytes of a line, newline included. */
  readonly size: number;
  readonly faults: number;
  readonly seed: number;
  /** Only faults whose name holds one of these. */
  readonly only?: readonly string[];
  readonly window?: number;
  readonly prefetch?: number;
  readonly queueType?: QueueType;
  /** Messages a second; undefined: as many as are taken. */
  readonly perSecond?: number | undefined;
  readonly timeoutMs?: number;
}

/** The two processes of a scenario. */
export interface Processes {
  readonly publisher: number;
  readonly consumer: number;
}

/** What has happened, and what must be true of it. */
export interface ScenarioResult extends Findings {
  readonly plan: ScenarioPlan;
  /** Of RabbitMQ. */
  readonly version: string;
  /** The queue's type, and on how many nodes. */
  readonly place: string;
  readonly faults: readonly string[];
  readonly seconds: number;
  readonly duplicatesAllowed: number;
  readonly reconnects: number;
  readonly consumerLosses: number;
  readonly resent: number;
  /** Promises that were not kept; empty when all is well. */
  readonly broken: readonly string[];
  /** What the binaries have written to their standard errors. */
  readonly stderr: string;
}

/** Runs it. `say` is told what happens as it happens; `watch` which processes there are, and with undefined their end. */
export async function runScenario(
  site: Site,
  plan: ScenarioPlan,
  say: Say,
  watch: (processes: Processes | undefined) => void = () => {},
): Promise<ScenarioResult> {
  const folder = await mkdtemp(path.join(tmpdir(), "amqp-pubcon-chaos-"));
  try {
    return await play(site, plan, folder, say, watch);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function play(
  site: Site,
  plan: ScenarioPlan,
  folder: string,
  say: Say,
  watch: (processes: Processes | undefined) => void,
): Promise<ScenarioResult> {
  const { messages, size, seed, window = 1000, prefetch = 256, timeoutMs = 600_000 } = plan;
  const { queueType = "quorum" } = plan;
  const since = performance.now();
  const queue = `chaos-${seed}-${Date.now()}`;
  const route: Route = { queue, queueType, folder, window, prefetch };
  const random = randomFrom(seed);
  const chosen = chooseFaults(plan.faults, random, plan.only);
  const feed = await Feed.start(route, site.connection("publisher"));
  const consumer = new Consumer(route, site.connection("consumer"));
  await consumer.start();
  await site.flush();
  const story = new Story({ site, worker: consumer, random }, chosen, messages, say);
  watch({ publisher: feed.pid, consumer: consumer.pid });
  const pace = pacing(plan.perSecond);
  const advance = async (fed: number): Promise<void> => {
    await story.advance(fed);
    await pace(fed);
  };
  // Ten portions a second, where there is a pace.
  await feed.write(messages, size, advance, plan.perSecond && plan.perSecond / 10);
  await story.end();
  watch(undefined);
  const end = await feed.ended(timeoutMs);
  await drain(site, consumer, route.queue, timeoutMs);
  const findings = audit({
    messages,
    confirmed: await feed.confirmed(),
    received: await consumer.received(),
  });
  const counted = { reconnects: end.losses, consumerLosses: consumer.losses };
  const limit = window * end.losses + prefetch * consumer.losses;
  return {
    plan,
    ...findings,
    ...counted,
    version: site.nodes[0]?.version ?? "",
    place: `${queueType}, ${site.nodes.length === 1 ? "1 node" : `${site.nodes.length} nodes`}`,
    duplicatesAllowed: limit,
    faults: story.told,
    resent: Number(end.account["resent"]),
    seconds: (performance.now() - since) / 1000,
    broken: check(plan, findings, limit, end),
    stderr: `amqp-pub:\n${end.stderr}amqp-con:\n${consumer.stderr}`,
  };
}

/** Waits, so that no more than so many a second are fed. */
function pacing(perSecond: number | undefined): (fed: number) => Promise<void> {
  const since = performance.now();
  return async (fed) => {
    if (perSecond === undefined) return;
    const early = (fed / perSecond) * 1000 - (performance.now() - since);
    if (early > 0) await sleep(early);
  };
}

/** Applies the faults one after another, each when enough was fed; the feed goes on meanwhile, as far as it can. */
class Story {
  readonly told: string[] = [];
  readonly #scene: Scene;
  readonly #thresholds: readonly { readonly fault: Fault; readonly at: number }[];
  readonly #say: Say;
  #next = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(scene: Scene, chosen: readonly Fault[], messages: number, say: Say) {
    this.#scene = scene;
    this.#say = say;
    const step = messages / (chosen.length + 1);
    this.#thresholds = chosen.map((fault, index) => ({
      fault,
      at: Math.round(step * (index + 0.75 + scene.random.next() / 2)),
    }));
  }

  /** Starts the fault that is due. The feed waits until the one before is over, so that none happens without traffic. */
  async advance(fed: number): Promise<void> {
    const due = this.#thresholds[this.#next];
    if (!due || fed < due.at) return;
    this.#next++;
    await this.#running;
    this.#running = this.#apply(due.fault, fed);
  }

  async end(): Promise<void> {
    await this.#running;
  }

  async #apply(fault: Fault, fed: number): Promise<void> {
    const where = await fault.apply(this.#scene);
    this.told.push(`${fault.name} (${where})`);
    this.#say(`at ${fed}: ${fault.name} (${where})`);
  }
}

/** Lets the consumer take all that is left, and ends it. What it had not yet shown then goes back, and is taken again. */
async function drain(
  site: Site,
  consumer: Consumer,
  queue: string,
  timeoutMs: number,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    if ((await site.ready(queue)) > 0) await sleep(200);
    else {
      await consumer.stop();
      if ((await site.ready(queue)) === 0) return;
      await consumer.start();
    }
  }
  throw new Error(`${queue} was not emptied within ${timeoutMs / 1000} s`);
}

function check(
  { messages }: ScenarioPlan,
  findings: Findings,
  duplicatesLimit: number,
  end: { readonly code: number | null; readonly account: Readonly<Record<string, unknown>> },
): readonly string[] {
  const { read, confirmed, returned, nacked, unconfirmed } = end.account;
  const sum = [confirmed, returned, nacked, unconfirmed].map(Number).reduce((a, b) => a + b);
  return brokenOf([
    [findings.lost === 0, `${findings.lost} confirmed messages are lost: ${findings.lostRanges}`],
    [findings.foreign === 0, `${findings.foreign} messages were never given`],
    [findings.confirmedTwice === 0, `${findings.confirmedTwice} messages were confirmed twice`],
    [findings.outOfOrder === 0, `${findings.outOfOrder} messages came out of order`],
    [findings.duplicates <= duplicatesLimit, `more than ${duplicatesLimit} duplicates`],
    [end.code === 0, `amqp-pub has ended with ${end.code}`],
    [read === messages, `read ${String(read)} of ${messages}`],
    [sum === read, `the account does not add up: ${JSON.stringify(end.account)}`],
    [
      confirmed === findings.confirmed,
      `confirmed ${String(confirmed)}, but shown as sent ${findings.confirmed}`,
    ],
  ]);
}
