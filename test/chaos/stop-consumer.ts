// amqp-con is told to stop at a moment of chance: is every message either shown or still in the queue, and none both?
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../support/run.ts";
import { brokenOf } from "./proof.ts";
import type { Random } from "./random.ts";
import { Shelf } from "./shelf.ts";
import type { Site } from "./site.ts";
import type { StopResult } from "./stop-publisher.ts";
import type { QueueType } from "./traffic.ts";

const MESSAGES = 3000;
/** What was in hand goes back to the queue a moment after the connection's end. */
const RETURN_MS = 5000;
const queueTypes: readonly QueueType[] = ["classic", "quorum"];

const kinds: Readonly<Record<string, readonly string[]>> = {
  "at full speed": ["--format", "raw"],
  "with --ack-every 7": ["--format", "raw", "--ack-every", "7"],
  "with --ack-auto": ["--format", "raw", "--ack-auto"],
  "with --rate 1000": ["--format", "raw", "--rate", "1000"],
  "with --work": ["--format", "raw", "--work", "0.001..0.004"],
  "with four handlers": ["--jobs", "4", "--", "cat"],
};

export const consumerKinds: readonly string[] = Object.keys(kinds);

export async function stopConsumer(
  site: Site,
  kind: string,
  queue: string,
  random: Random,
): Promise<StopResult> {
  const shelf = await Shelf.create(site.nodes[0]?.url ?? "", queue, random.pick(queueTypes));
  await shelf.fill(MESSAGES);
  // No fewer than --ack-every.
  const prefetch = random.pick(kind.includes("--ack-every") ? [7, 100] : [1, 10, 256, 1000]);
  const flags = ["-q", queue, "--prefetch", `${prefetch}`];
  const way = site.connection("consumer");
  const child = run("amqp-con", [...way, ...flags, ...(kinds[kind] ?? [])]);
  if (random.below(2) === 0) await sleep(random.below(400));
  else await child.waitForLines("stdout", 1 + random.below(200), 20_000);
  const since = performance.now();
  child.kill(random.pick(["SIGTERM", "SIGINT"] as const));
  const { code, signal, stdout, stderr } = await child.ended(20_000);
  const ms = performance.now() - since;
  const shown = stdout.split("\n").slice(0, -1).map(Number);
  const left = await takeRest(shelf, MESSAGES - new Set(shown).size);
  await shelf.remove();
  const story = `${kind}: exit ${code ?? signal}, ${shown.length} shown, ${left.length} left`;
  // Before its first connection, or before it has learnt to listen to signals at all.
  const isEarly = code === null || (code === 3 && /stopped before .* answered$/m.test(stderr));
  const broken = brokenOf([
    [code === 0 || (isEarly && shown.length === 0), `the exit code is ${code}`],
    [stdout === "" || stdout.endsWith("\n"), "half a message was shown"],
    [new Set(shown).size === shown.length, "a message was shown twice"],
    [new Set(left).size === left.length, "a message is in the queue twice"],
    [new Set([...shown, ...left]).size === MESSAGES, "a message is lost"],
    [shown.length + left.length === MESSAGES, "a message was shown, and will be again"],
    [ms < 10_000, `it took ${ms.toFixed(0)} ms`],
  ]);
  return {
    kind,
    seen: { shown: shown.length, left: left.length },
    ms,
    broken: broken.map((why) => `${why} (${story})\n${stderr}`),
  };
}

async function takeRest(shelf: Shelf, count: number): Promise<readonly number[]> {
  const until = performance.now() + RETURN_MS;
  const taken: number[] = [];
  while (taken.length < count && performance.now() < until) {
    taken.push(...(await shelf.take()));
    if (taken.length < count) await sleep(20);
  }
  return taken;
}
