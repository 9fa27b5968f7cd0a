// A worker that is killed again and again, with SIGKILL and SIGTERM by turns and at random moments: every message is handled,
// SIGTERM makes none be handled twice, SIGKILL no more than the worker had in hand.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processesWith } from "../support/processes.ts";
import { run } from "../support/run.ts";
import { brokenOf, type Proof, type Say } from "./proof.ts";
import { type Random, randomFrom } from "./random.ts";
import { Shelf } from "./shelf.ts";
import type { QueueType } from "./traffic.ts";

export interface KillPlan {
  readonly messages: number;
  readonly kills: number;
  readonly prefetch: number;
  readonly jobs: number;
  readonly queueType: QueueType;
  readonly seed: number;
}

/** One worker: the numbers that its handlers have written down, and how it ended. */
interface Life {
  readonly signal: NodeJS.Signals;
  readonly handled: readonly number[];
  readonly code: number | null;
}

/** Writes the number down, where it stays whatever happens to the worker, and prints it. */
const HANDLER = 'read -r n; echo "$n" >> "$LOG"; echo "$n"';

/** Kills the workers of one queue; the last one works off the rest. */
export async function proveHandlerKills(url: string, plan: KillPlan, say: Say): Promise<Proof> {
  const shelf = await Shelf.create(url, `handler-kills-${Date.now()}`, plan.queueType);
  const folder = await mkdtemp(path.join(tmpdir(), "amqp-pubcon-kills-"));
  try {
    await shelf.fill(plan.messages);
    const since = performance.now();
    const lives = await live(url, shelf, { ...plan, folder }, say);
    return report(plan, lives, await shelf.take(), (performance.now() - since) / 1000);
  } finally {
    await shelf.remove();
    await rm(folder, { recursive: true });
  }
}

async function live(
  url: string,
  { queue }: Shelf,
  plan: KillPlan & { readonly folder: string },
  say: Say,
): Promise<readonly Life[]> {
  const random = randomFrom(plan.seed);
  const limit = plan.messages * 0.95;
  const moments = Array.from({ length: plan.kills }, () => random.below(limit)).toSorted(
    (a, b) => a - b,
  );
  const lives: Life[] = [];
  let seen = 0;
  for (const [i, moment] of [...moments, undefined].entries()) {
    const log = path.join(plan.folder, `${i}`);
    const words = ["-u", url, "-q", queue, "--jobs", `${plan.jobs}`, "--prefetch"];
    const idle = moment === undefined ? ["--idle-timeout", "3"] : [];
    // The name of the queue marks these handlers.
    const args = [...words, `${plan.prefetch}`, ...idle, "--shell", `: ${queue}; ${HANDLER}`];
    const worker = run("amqp-con", args, { env: { LOG: log } });
    const signal = i % 2 === 0 ? "SIGKILL" : "SIGTERM";
    if (moment !== undefined) await killAt(worker, moment - seen, signal, random);
    const { code } = await worker.ended(600_000);
    // What runs on after SIGKILL still writes its number down.
    while ((await processesWith(`: ${queue};`)).length > 0) await sleep(20);
    const handled = await readNumbers(log);
    seen += handled.length;
    lives.push({ signal: moment === undefined ? "SIGTERM" : signal, handled, code });
    say(`worker ${i + 1}: ${handled.length} handled, ${moment === undefined ? "the end" : signal}`);
  }
  return lives;
}

/** After so many messages and a moment more; one that is due already is killed while it starts. */
async function killAt(
  worker: ReturnType<typeof run>,
  handled: number,
  signal: NodeJS.Signals,
  random: Random,
): Promise<void> {
  if (handled > 0) await worker.waitForLines("stdout", handled, 600_000);
  await sleep(handled > 0 ? random.below(30) : random.below(400));
  worker.kill(signal);
}

async function readNumbers(file: string): Promise<readonly number[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\n").filter(Boolean).map(Number);
}

function report(
  plan: KillPlan,
  lives: readonly Life[],
  left: readonly number[],
  seconds: number,
): Proof {
  const killed = lives.filter(({ signal }) => signal === "SIGKILL").length;
  const all = lives.flatMap(({ handled }) => handled);
  const distinct = new Set(all).size;
  const duplicates = all.length - distinct;
  const byTerm = lives
    .filter(({ signal }) => signal === "SIGTERM")
    .reduce((sum, life) => sum + againAfter(life, lives), 0);
  const lost = plan.messages - distinct;
  // One that gets the signal while Node itself starts has none.
  const codes = lives
    .filter(({ signal, handled }) => signal === "SIGTERM" && handled.length > 0)
    .map(({ code }) => code);
  return {
    name: "handler-kills",
    columns: [
      "seed",
      "queue",
      "messages",
      "kills",
      "seconds",
      "lost",
      "twice",
      "at most",
      "by SIGTERM",
    ],
    rows: [
      [
        plan.seed,
        plan.queueType,
        plan.messages,
        `${killed} SIGKILL, ${plan.kills - killed} SIGTERM`,
        Math.round(seconds),
        lost,
        duplicates,
        killed * plan.prefetch,
        byTerm,
      ],
    ],
    notes: [],
    broken: brokenOf([
      [lost === 0, `${lost} messages were never handled`],
      [left.length === 0, `${left.length} messages are still in the queue`],
      [duplicates <= killed * plan.prefetch, `${duplicates} were handled twice`],
      [byTerm === 0, `${byTerm} were handled again after SIGTERM`],
      [codes.every((code) => code === 0), `exit codes after SIGTERM: ${codes.join(" ")}`],
    ]),
  };
}

/** How many messages of one life were handled again in it or later. */
function againAfter(life: Life, lives: readonly Life[]): number {
  const later = lives.slice(lives.indexOf(life) + 1).flatMap(({ handled }) => handled);
  const own = new Set(life.handled);
  return life.handled.length - own.size + later.filter((number) => own.has(number)).length;
}
