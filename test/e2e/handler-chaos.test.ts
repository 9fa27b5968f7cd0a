// A thousand runs of handlers that exit as they like, hang, or are killed: what became of each message is exact, and nothing runs on.
import { expect, test } from "vitest";
import { startCon } from "../support/binaries.ts";
import { listProcesses, longSleep, processesWith } from "../support/processes.ts";
import { createQueue, forgetAtEnd, queueState, takeBodies } from "../support/witness.ts";

const MESSAGES = Number(process.env["WORKER_MESSAGES"] ?? 600);
const DELAY_MS = 100;

/** What a handler does at a message, by the remainder of its number; how often it runs, and where the message ends. */
const ways = [
  { does: "exit 0", acked: 1 },
  { does: "exit 3", deadLettered: 1 },
  { does: "exit 75", retried: 1, deadLettered: 1 },
  { does: '[ "$AMQP_REDELIVERED" = false ] && exit 4; exit 0', requeued: 1, acked: 1 },
  { does: '[ "$AMQP_ATTEMPT" = 1 ] && exit 75; exit 0', retried: 1, acked: 1 },
  { does: "exit $((RANDOM % 200 + 5))", retried: 1, deadLettered: 1 },
  { does: "kill -9 $$", retried: 1, deadLettered: 1 },
  { does: "kill -HUP $$", retried: 1, deadLettered: 1 },
  { does: "NAP & NAP", retried: 1, deadLettered: 1 },
  {
    does: 'trap "exit 0" TERM; cat /dev/fd/3; echo bad >&2; exit 111',
    retried: 1,
    deadLettered: 1,
  },
];

function expected(key: "acked" | "requeued" | "retried" | "deadLettered"): number {
  return Array.from({ length: MESSAGES }, (_, i) => ways[i % ways.length]?.[key] ?? 0).reduce(
    (sum, count) => sum + count,
    0,
  );
}

test("every message is acknowledged, dead-lettered or tried again, and the account says so", async () => {
  const bodies = Array.from({ length: MESSAGES }, (_, i) => `${i}`);
  const [queue, dead] = [await createQueue(bodies), await createQueue()];
  forgetAtEnd(`${queue}.retry-${DELAY_MS}ms`);
  const nap = longSleep();
  const cases = ways.map(({ does }, i) => `${i}) ${does.replaceAll("NAP", nap)};;`).join("\n");
  const worker = startCon([
    ...`-q ${queue} --jobs 8 --exec-timeout 0.5 --idle-timeout 2 --summary json`.split(" "),
    ...`--retries 1 --retry-delay ${DELAY_MS}ms --dead-letter :${dead} -- bash -c`.split(" "),
    `read -r n || true; case $((n % ${ways.length})) in\n${cases}\nesac`,
  ]);
  const { code, stderr } = await worker.ended(200_000);
  expect(code).toBe(6);
  const [account = ""] = stderr.split("\n").filter((line) => line.startsWith("{"));
  const [acked, requeued, retried, deadLettered] = [
    expected("acked"),
    expected("requeued"),
    expected("retried"),
    expected("deadLettered"),
  ];
  const received = acked + requeued + retried + deadLettered;
  expect(JSON.parse(account)).toMatchObject({
    received,
    acked,
    requeued,
    rejected: 0,
    retried,
    deadLettered,
    left: 0,
  });
  expect(await queueState(queue)).toEqual({ messages: 0, consumers: 0 });
  const numbers = bodies.filter((_, i) => ways[i % ways.length]?.deadLettered);
  expect((await takeBodies(dead)).toSorted()).toEqual(numbers.toSorted());
  expect(await processesWith(nap)).toEqual([]);
}, 240_000);

test("a worker has no zombie among its children, however many have ended", async () => {
  const queue = await createQueue(Array.from({ length: 50 }, (_, i) => `${i}`));
  const worker = startCon([
    "-q",
    queue,
    "--jobs",
    "4",
    "--",
    "sh",
    "-c",
    "echo done; sleep 0.01 &",
  ]);
  await worker.waitForLines("stdout", 50);
  const children = (await listProcesses()).filter(({ parent }) => parent === worker.pid);
  expect(children.filter(({ state }) => state.startsWith("Z"))).toEqual([]);
  worker.kill();
  expect(await worker.ended()).toMatchObject({ code: 0 });
});
