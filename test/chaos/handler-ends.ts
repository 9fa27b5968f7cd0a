// Handlers that exit with any code, hang, are killed, ignore SIGTERM, and leave children and grandchildren behind, chosen at
// random: what became of each message is exact, and no process, running or dead, is left.
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "amqplib";
import { listProcesses, longSleep, processesWith } from "../support/processes.ts";
import { run } from "../support/run.ts";
import { brokenOf, type Proof, type Say } from "./proof.ts";
import { randomFrom } from "./random.ts";
import { Shelf } from "./shelf.ts";

export interface EndPlan {
  readonly messages: number;
  readonly seed: number;
}

/** What becomes of one message. */
interface Fate {
  readonly acked?: number;
  readonly requeued?: number;
  readonly retried?: number;
  readonly deadLettered?: number;
}

interface Way extends Fate {
  readonly does: string;
  /** How often it is chosen, compared with the others. */
  readonly share: number;
}

const done: Fate = { acked: 1 };
const givenUp: Fate = { retried: 1, deadLettered: 1 };

/** NAP sleeps for longer than any proof takes. */
const ways: readonly Way[] = [
  { does: "exit 0", share: 10, ...done },
  { does: "NAP & (NAP & NAP) & exit 0", share: 10, ...done },
  { does: "exec 0<&- 1>&- 2>&- 3<&-; exit 0", share: 10, ...done },
  { does: "head -c 300000 /dev/zero; exit 0", share: 5, ...done },
  { does: "exit 3", share: 10, deadLettered: 1 },
  { does: "exit 75", share: 10, ...givenUp },
  { does: '[ "$AMQP_REDELIVERED" = false ] && exit 4; exit 0', share: 10, requeued: 1, acked: 1 },
  { does: '[ "$AMQP_ATTEMPT" = 1 ] && exit 75; exit 0', share: 10, retried: 1, acked: 1 },
  { does: '[ "$AMQP_ATTEMPT" = 1 ] && NAP; exit 0', share: 10, retried: 1, acked: 1 },
  { does: "exit $((RANDOM % 50 + 5))", share: 10, ...givenUp },
  { does: "kill -9 $$", share: 10, ...givenUp },
  { does: "kill -SEGV $$", share: 5, ...givenUp },
  { does: "kill -9 0", share: 5, ...givenUp },
  { does: "NAP & (NAP & NAP)", share: 10, ...givenUp },
  { does: "(NAP & exec 1>&- 2>&-; NAP) & kill -HUP $$", share: 5, ...givenUp },
  { does: 'trap "exit 0" TERM; NAP & wait', share: 5, ...givenUp },
  { does: 'trap "" TERM; NAP', share: 1, ...givenUp },
  { does: "kill -STOP $$", share: 1, ...givenUp },
];

const JOBS = 8;
const DELAY_MS = 200;
const keys = ["acked", "requeued", "retried", "deadLettered"] as const;

/** Runs one worker over messages that each say how their handler ends. */
export async function proveHandlerEnds(url: string, plan: EndPlan, say: Say): Promise<Proof> {
  const name = `handler-ends-${Date.now()}`;
  const work = await Shelf.create(url, name, "classic");
  const dead = await Shelf.create(url, `${name}.dead`, "classic");
  const random = randomFrom(plan.seed);
  const bag = ways.flatMap((way, i) => Array.from({ length: way.share }, () => i));
  const chosen = Array.from({ length: plan.messages }, () => random.pick(bag));
  try {
    await work.fill(plan.messages);
    const nap = longSleep();
    const since = performance.now();
    const worker = startWorker(url, work.queue, dead.queue, script(chosen, nap));
    const zombies = await countZombies(worker);
    const exit = await worker.ended(600_000);
    say(exit.stderr.split("\n").slice(-3).join("\n"));
    const orphans = (await processesWith(nap)).length;
    const seconds = (performance.now() - since) / 1000;
    const found = { zombies, orphans, left: await work.take(), dead: await dead.take() };
    return report(plan, chosen, { ...found, account: accountIn(exit.stderr), seconds });
  } finally {
    await forget(url, `${work.queue}.retry-${DELAY_MS}ms`);
    await work.remove();
    await dead.remove();
  }
}

async function forget(url: string, queue: string): Promise<void> {
  const connection = await connect(url);
  await (await connection.createChannel()).deleteQueue(queue);
  await connection.close();
}

/** The handler finds its way by its message's number. */
function script(chosen: readonly number[], nap: string): string {
  const cases = ways.map(({ does }, i) => `${i}) ${does.replaceAll("NAP", nap)};;`).join("\n");
  return `read -r n; ways=(${chosen.join(" ")}); case \${ways[n - 1]} in\n${cases}\nesac`;
}

function startWorker(url: string, work: string, dead: string, handler: string) {
  const flags = [
    `-u ${url} -q ${work} --jobs ${JOBS} --exec-timeout 0.5 --retries 1`,
    `--retry-delay ${DELAY_MS}ms --dead-letter :${dead} --idle-timeout 3 --summary json`,
  ].flatMap((line) => line.split(" "));
  return run("amqp-con", [...flags, "--", "bash", "-c", handler]);
}

/** Children that have ended and are still zombies a moment later: how many there were while the worker ran. */
async function countZombies(worker: ReturnType<typeof run>): Promise<number> {
  const found = new Set<number>();
  let before = new Set<number>();
  while (worker.running) {
    const children = (await listProcesses()).filter(({ parent }) => parent === worker.pid);
    const zombies = children.filter(({ state }) => state.startsWith("Z")).map(({ pid }) => pid);
    for (const pid of zombies) if (before.has(pid)) found.add(pid);
    before = new Set(zombies);
    await sleep(500);
  }
  return found.size;
}

type Account = Readonly<Record<string, unknown>>;

function accountIn(stderr: string): Account {
  const [line = "{}"] = stderr.split("\n").filter((each) => each.startsWith("{"));
  return JSON.parse(line);
}

interface Found {
  readonly zombies: number;
  readonly orphans: number;
  readonly left: readonly number[];
  readonly dead: readonly number[];
  readonly account: Account;
  readonly seconds: number;
}

function report(plan: EndPlan, chosen: readonly number[], found: Found): Proof {
  const { account, zombies, orphans, left } = found;
  const fates = chosen.map((way): Fate => ways[way] ?? {});
  const expected = keys.map((key) => fates.reduce((sum, fate) => sum + (fate[key] ?? 0), 0));
  const received = expected.reduce((sum, count) => sum + count, 0);
  const dead = fates.flatMap(({ deadLettered }, i) => (deadLettered ? [i + 1] : []));
  const isDead = found.dead.toSorted((a, b) => a - b).join() === dead.join();
  return {
    name: "handler-ends",
    columns: ["seed", "messages", "runs", ...keys, "zombies", "orphans", "seconds"],
    rows: [
      [
        plan.seed,
        plan.messages,
        Number(account["received"]),
        ...keys.map((key) => Number(account[key])),
        zombies,
        orphans,
        Math.round(found.seconds),
      ],
    ],
    notes: [],
    broken: brokenOf([
      [account["received"] === received, `${String(account["received"])} runs, not ${received}`],
      ...keys.map((key, i) => {
        const told = `${key}: ${String(account[key])}, not ${expected[i]}`;
        return [account[key] === expected[i], told] as const;
      }),
      [isDead, `${found.dead.length} dead letters are not the ${dead.length} expected ones`],
      [left.length === 0, `${left.length} messages are still in the queue`],
      [zombies === 0, `${zombies} zombies`],
      [orphans === 0, `${orphans} processes run on`],
    ]),
  };
}
