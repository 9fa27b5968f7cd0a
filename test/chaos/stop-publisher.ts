// amqp-pub is told to stop at a moment of chance: does its account hold, and has the queue got what it says?
import { setTimeout as sleep } from "node:timers/promises";
import type { Child, Exit } from "../support/child.ts";
import { run } from "../support/run.ts";
import { brokenOf } from "./proof.ts";
import type { Random } from "./random.ts";
import { Shelf } from "./shelf.ts";
import type { Site } from "./site.ts";
import { lastJson, type QueueType } from "./traffic.ts";

/** What one stop has shown. */
export interface StopResult {
  /** The kind of moment. */
  readonly kind: string;
  readonly seen: Readonly<Record<string, number>>;
  /** From the signal to the end. */
  readonly ms: number;
  readonly broken: readonly string[];
}

const MOST_LINES = 20_000;
const queueTypes: readonly QueueType[] = ["classic", "quorum"];

/** One run of amqp-pub that is about to be stopped. */
interface Stage {
  readonly site: Site;
  readonly random: Random;
  readonly child: Child;
  /** Resolves when so many lines are sent, or the process has ended. */
  readonly sent: (count: number) => Promise<void>;
  readonly feed: (count: number) => Promise<void>;
}

/** A kind of moment: brings it about, and resolves when it is there. What it has broken, `mend` makes whole again. */
interface Moment {
  readonly flags: readonly string[];
  reach(stage: Stage): Promise<void>;
  mend?(site: Site): Promise<void>;
  readonly twice?: boolean;
}

const soon = ["--grace", "1"];

const moments: Readonly<Record<string, Moment>> = {
  "as it starts": {
    flags: [],
    reach: async ({ random, feed }) => {
      void feed(MOST_LINES);
      await sleep(random.below(250));
    },
  },
  "in the stream": {
    flags: [],
    reach: async ({ random, feed, sent }) => {
      void feed(MOST_LINES);
      await sent(1 + random.below(4000));
    },
  },
  "as the input ends": {
    flags: [],
    reach: async ({ random, feed, sent, child }) => {
      const count = 1 + random.below(4000);
      void feed(count).then(() => child.end());
      await sent(1 + random.below(count));
    },
  },
  "in an outage": {
    flags: soon,
    reach: async ({ site, random, feed, sent }) => {
      void feed(MOST_LINES);
      await sent(1 + random.below(2000));
      const proxies = site.proxies(["publisher"]);
      await Promise.all(proxies.map((proxy) => proxy.refuse()));
      for (const proxy of proxies) proxy.cut();
      await sleep(random.below(300));
    },
    mend: async (site) => {
      await Promise.all(site.proxies(["publisher"]).map((proxy) => proxy.reopen()));
    },
  },
  "in a black hole": {
    flags: soon,
    reach: async ({ site, random, feed, sent }) => {
      void feed(MOST_LINES);
      await sent(1 + random.below(2000));
      for (const proxy of site.proxies(["publisher"])) proxy.mode = "blackhole";
      await sleep(random.below(1500));
    },
    mend: async (site) => {
      for (const proxy of site.proxies(["publisher"])) {
        proxy.mode = "pass";
        proxy.cut();
      }
    },
  },
  "in a memory alarm": {
    flags: soon,
    reach: async ({ site, random, feed, sent }) => {
      void feed(MOST_LINES);
      await sent(1 + random.below(500));
      await site.nodes[0]?.ctl("set_vm_memory_high_watermark", "0.00001");
      await sleep(random.below(200));
    },
    mend: async (site) => {
      await site.nodes[0]?.ctl("set_vm_memory_high_watermark", "absolute", "1GB");
    },
  },
  "in the stream, twice": {
    flags: [],
    reach: async ({ random, feed, sent }) => {
      void feed(MOST_LINES);
      await sent(1 + random.below(4000));
    },
    twice: true,
  },
};

export const publisherMoments: readonly string[] = Object.keys(moments);

export async function stopPublisher(
  site: Site,
  kind: string,
  queue: string,
  random: Random,
): Promise<StopResult> {
  const moment = moments[kind];
  if (!moment) throw new RangeError(`no moment is called ${kind}`);
  const shelf = await Shelf.create(site.nodes[0]?.url ?? "", queue, random.pick(queueTypes));
  const child = start(site, queue, moment.flags, random);
  await moment.reach(onStage(site, random, child, random.pick([10, 100, 1000, 5000])));
  const signal = random.pick(["SIGTERM", "SIGINT"] as const);
  const since = performance.now();
  child.kill(signal);
  if (moment.twice) {
    await sleep(random.below(4));
    child.kill(signal);
  }
  const exit = await child.ended(20_000);
  const ms = performance.now() - since;
  await moment.mend?.(site);
  const stored = await shelf.take();
  await shelf.remove();
  return judge(kind, exit, stored, ms, moment.twice ?? false);
}

function start(site: Site, queue: string, flags: readonly string[], random: Random): Child {
  const window = random.pick([1, 10, 100, 1000, 10_000]);
  const delivery = ["-l", "--confirm", "--persistent", "--confirm-window", `${window}`];
  const args = ["-k", queue, ...delivery, "--summary", "json", "--heartbeat", "1", ...flags];
  return run("amqp-pub", [...site.connection("publisher"), ...args], { stdin: "open" });
}

function onStage(site: Site, random: Random, child: Child, size: number): Stage {
  return {
    site,
    random,
    child,
    sent: async (count) => {
      await child.waitForLines("stdout", count, 30_000).catch(() => {});
    },
    feed: async (count) => {
      for (let number = 1; number <= count && child.running; number += 100) {
        let block = "";
        for (let at = number; at < number + 100 && at <= count; at++)
          block += `${`${at} `.padEnd(size - 1, "x")}\n`;
        await child.write(block);
      }
    },
  };
}

function judge(
  kind: string,
  { code, signal, stdout, stderr }: Exit,
  stored: readonly number[],
  ms: number,
  isTwice: boolean,
): StopResult {
  const account = lastJson(stderr);
  const [read = 0, confirmed = 0, returned = 0, nacked = 0, unconfirmed = 0] = [
    "read",
    "confirmed",
    "returned",
    "nacked",
    "unconfirmed",
  ].map((name) => Number(account[name] ?? 0));
  const shown = [...stdout.matchAll(/^Sent: (\d+) /gm)].map(([, number]) => Number(number));
  const inQueue = new Set(stored);
  const missing = shown.filter((number) => !inQueue.has(number));
  const seen = { read, confirmed, unconfirmed, stored: inQueue.size };
  const story = `${kind}: exit ${code ?? signal}, ${JSON.stringify(account)}, ${inQueue.size} stored, ${shown.length} shown as sent`;
  const isCutShort = isTwice || Object.keys(account).length === 0;
  const always = [
    [missing.length === 0, `${missing.length} confirmed ones are not stored`],
  ] as const;
  // Before the first connection there is nothing to go by.
  const isEarly = read === 0 && code === 3 && /stopped before .* answered$/m.test(stderr);
  const finished = [
    [read === confirmed + returned + nacked + unconfirmed, "the account does not add up"],
    [confirmed === shown.length, "confirmed is not what was shown as sent"],
    [inQueue.size >= confirmed, "less is stored than was confirmed"],
    [inQueue.size <= confirmed + unconfirmed, "more is stored than was confirmed and unconfirmed"],
    [stored.every((number) => number <= read), "something was stored that was not read"],
    [
      isEarly || code === (unconfirmed === 0 ? 0 : 5),
      "the exit code says otherwise than the account",
    ],
    [ms < 10_000, `it took ${ms.toFixed(0)} ms`],
  ] as const;
  const cutShort = [
    [inQueue.size === 0 || isTwice, "something was stored, and there is no account"],
    [isTwice || code === null, "there is no account"],
    [!isTwice || [0, 130, 143, null].includes(code), `the exit code is ${code}`],
  ] as const;
  const broken = brokenOf([...always, ...(isCutShort ? cutShort : finished)]);
  return { kind, seen, ms, broken: broken.map((why) => `${why} (${story})\n${stderr}`) };
}
