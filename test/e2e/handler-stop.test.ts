// How handlers end with the worker and with what they have started themselves: nothing runs on. Their own time is
// handler-timeout.test.ts.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { con, startCon } from "../support/binaries.ts";
import { testFolder } from "../support/folder.ts";
import { listProcesses, longSleep, processesWith, untilNone } from "../support/processes.ts";
import { pty } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createQueue, takeBodies, untilQueue, withChannel } from "../support/witness.ts";

/** A worker whose handlers have begun, and say so; they end when they are told to, or never. */
async function busyWorker(script: string, ...words: readonly string[]) {
  const queue = await createQueue(["1", "2", "3", "4", "5"]);
  const worker = startCon([
    "-q",
    queue,
    "--jobs",
    "2",
    ...words,
    "--shell",
    `echo began >&2; ${script}`,
  ]);
  await worker.waitForLines("stderr", 2);
  return { queue, worker };
}

describe("the first signal", () => {
  test("lets running handlers finish, acknowledges theirs, and puts back the rest", async () => {
    const go = join(await testFolder(), "go");
    const script = `until [ -e ${go} ]; do sleep 0.05; done; cat; echo`;
    const { queue, worker } = await busyWorker(script, "--prefetch", "4");
    worker.kill("SIGTERM");
    const waiting =
      "Waiting for 2 handlers, 10 s at most (--grace); a second signal ends them at once";
    await worker.waitFor("stderr", waiting);
    await writeFile(go, "");
    const { code, stdout, stderr } = await worker.ended();
    expect({ code, stderr }).toEqual({ code: 0, stderr: `began\nbegan\n${waiting}\nStopped\n` });
    expect(stdout.trim().split("\n").toSorted()).toEqual(["1", "2"]);
    expect((await takeBodies(queue)).toSorted()).toEqual(["3", "4", "5"]);
  });

  test("may be SIGHUP: a terminal that is closed leaves nobody behind", async () => {
    const { queue, worker } = await busyWorker("sleep 1; cat; echo");
    worker.kill("SIGHUP");
    const { code, stdout } = await worker.ended();
    expect(code).toBe(0);
    expect(stdout.trim().split("\n").toSorted()).toEqual(["1", "2"]);
    expect((await takeBodies(queue)).toSorted()).toEqual(["3", "4", "5"]);
  });

  test("gives them --grace, and ends with all they have started after that", async () => {
    const nap = longSleep();
    const { queue, worker } = await busyWorker(`trap '' TERM; ${nap} & ${nap}`, "--grace", "900ms");
    worker.kill("SIGTERM");
    // So short a wait is not told.
    const stderr =
      "began\nbegan\nWARNING: 2 handlers still running after --grace: ended; what was in hand is not acknowledged\nStopped\n";
    expect(await worker.ended()).toMatchObject({ code: 0, stderr });
    await untilNone(nap);
    expect((await takeBodies(queue)).toSorted()).toEqual(["1", "2", "3", "4", "5"]);
  });

  test.each([1, 3])(
    "decides nothing by the exit code (%i) of one that it ends after --grace",
    async (code) => {
      const script = `while :; do sleep 0.05; done`;
      const words = ["--grace", "500ms", "--summary", "json"];
      const { queue, worker } = await busyWorker(`trap 'exit ${code}' TERM; ${script}`, ...words);
      worker.kill("SIGTERM");
      const ended = await worker.ended();
      expect(ended.code).toBe(0);
      expect(ended.stderr).toMatch(
        /^{"received":2,"acked":0,"requeued":0,"rejected":0,.*"left":2,/m,
      );
      expect(ended.stderr).not.toContain("exit code");
      expect((await takeBodies(queue)).toSorted()).toEqual(["1", "2", "3", "4", "5"]);
    },
  );

  test("does not hide that the run has failed already, also when others take longer", async () => {
    const nap = longSleep();
    const script = `[ $AMQP_DELIVERY_TAG = 1 ] && exit 9; exec ${nap}`;
    const words = ["--prefetch", "2", "--grace", "300ms", "--on-failure", "stop"];
    const { queue, worker } = await busyWorker(script, ...words);
    // It takes nothing more.
    await untilQueue(queue, { consumers: 0 });
    worker.kill("SIGTERM");
    const { code, stderr } = await worker.ended();
    expect(code).toBe(6);
    expect(stderr).toContain("\nERROR: the handler has ended with exit code 9\nhint: ");
    await untilNone(nap);
    expect((await takeBodies(queue)).toSorted()).toEqual(["1", "2", "3", "4", "5"]);
  });

  test("tells what the run waits for when handlers take long, and a second one ends them", async () => {
    const nap = longSleep();
    const script = `[ $AMQP_DELIVERY_TAG = 1 ] && exit; ${nap}`;
    const { worker } = await busyWorker(script, "-n", "2", "--grace", "90s");
    worker.kill("SIGTERM");
    await worker.waitFor(
      "stderr",
      "Waiting for 1 handler, 90 s at most (--grace); a second signal",
    );
    worker.kill("SIGINT");
    expect(await worker.ended()).toMatchObject({ code: 130 });
    await untilNone(nap);
  });

  test.each([
    ["", "the handlers first", "SIGTERM", true],
    ["", "the handlers last", "SIGINT", false],
    ["trap 'exit 143' TERM; ", "the handlers first", "SIGTERM", true],
  ] as const)(
    "puts back what handlers had that it ends as well (%j, %s, %s)",
    async (trap, _, signal, isFirst) => {
      const { queue, worker } = await busyWorker(`${trap}while :; do sleep 0.05; done`);
      const handlers = (await listProcesses()).filter(({ parent }) => parent === worker.pid);
      const stopHandlers = () => {
        for (const { pid } of handlers) process.kill(pid, signal);
      };
      if (isFirst) stopHandlers();
      worker.kill(signal);
      if (!isFirst) stopHandlers();
      const { code, stderr } = await worker.ended();
      expect({ code, stderr }).toEqual({ code: 0, stderr: "began\nbegan\nStopped\n" });
      expect((await takeBodies(queue)).toSorted()).toEqual(["1", "2", "3", "4", "5"]);
    },
  );

  test("does not reach them when it is Ctrl-C in a terminal", async () => {
    const queue = await createQueue(["1"]);
    const script = "{ echo began; sleep 1; echo done; } >&2";
    const env = { AMQP_URL: sharedBroker().url };
    const worker = pty("amqp-con", ["-q", queue, "--shell", script], { env });
    await worker.waitFor("stdout", "began");
    await worker.write("\x03");
    const { code, stdout } = await worker.ended();
    expect(code).toBe(0);
    expect(stdout).toContain("done\r\nStopped\r\n");
    expect(await takeBodies(queue)).toEqual([]);
  });
});

test.each<[NodeJS.Signals, number]>([
  ["SIGINT", 130],
  ["SIGTERM", 143],
])("a second %s ends everything at once", async (signal, code) => {
  const nap = longSleep();
  const { queue, worker } = await busyWorker(`trap '' TERM; ${nap} & ${nap}`);
  worker.kill(signal);
  await untilQueue(queue, { consumers: 0 });
  // One that comes too soon after the first is an echo of it.
  const again = setInterval(() => worker.kill(signal), 50);
  expect(await worker.ended()).toMatchObject({ code });
  clearInterval(again);
  await untilNone(nap);
  await untilQueue(queue, { messages: 5 });
});

describe("a queue that is deleted meanwhile", () => {
  test("lets running handlers finish, though nothing of it can be settled", async () => {
    const { queue, worker } = await busyWorker("sleep 1; cat; echo", "--summary", "json");
    await withChannel((channel) => channel.deleteQueue(queue));
    const { code, stdout, stderr } = await worker.ended();
    expect(code).toBe(4);
    expect(stdout.trim().split("\n").toSorted()).toEqual(["1", "2"]);
    expect(stderr).toMatch(/"received":2,"acked":0,.*"left":2,/);
    expect(stderr).toContain(`ERROR:  (404, "NOT_FOUND - no queue '${queue}'`);
  });

  test("gives them --grace, and ends with all they have started after that", async () => {
    const nap = longSleep();
    const { queue, worker } = await busyWorker(`trap '' TERM; ${nap} & ${nap}`, "--grace", "300ms");
    await withChannel((channel) => channel.deleteQueue(queue));
    expect(await worker.ended()).toMatchObject({ code: 4 });
    await untilNone(nap);
  });

  test("leaves a second signal as it is: it ends everything at once", async () => {
    const nap = longSleep();
    const { queue, worker } = await busyWorker(`trap '' TERM; ${nap} & ${nap}`);
    await withChannel((channel) => channel.deleteQueue(queue));
    const signals = setInterval(() => worker.kill("SIGTERM"), 50);
    expect(await worker.ended()).toMatchObject({ code: 143 });
    clearInterval(signals);
    await untilNone(nap);
  });
});

test("--timeout leaves running handlers --grace once, also when one of them ends in it", async () => {
  const queue = await createQueue(["short", "long", "more"]);
  const script = "case $(cat) in short) sleep 2;; *) sleep 3.5; echo done;; esac";
  const words = ["--jobs", "2", "--timeout", "1", "--grace", "2", "--shell", script];
  expect(await con(["-q", queue, ...words])).toMatchObject({ code: 124, stdout: "" });
});

describe("what a handler leaves behind", () => {
  test("in its process group ends with it", async () => {
    const nap = longSleep();
    const queue = await createQueue(["1", "2"]);
    const result = await con(["-q", queue, "--until-empty", "--shell", `${nap} & echo done`]);
    expect(result).toMatchObject({ code: 0, stdout: "done\ndone\n" });
    await untilNone(nap);
  });

  test("outside of it may hold its output open, and nobody waits for long", async () => {
    const queue = await createQueue(["1", "2"]);
    const nap = longSleep();
    const script = `setsid ${nap} & sleep 0.2; echo done`;
    const result = await con(["-q", queue, "--until-empty", "--shell", script]);
    const left = await processesWith(nap);
    for (const { pid } of left) process.kill(pid, "SIGKILL");
    expect(result).toMatchObject({ code: 0, stdout: "done\ndone\n" });
    expect(left).toHaveLength(2);
  });
});

test("a worker takes no more messages than it has handlers", async () => {
  const { queue, worker } = await busyWorker(longSleep(), "--grace", "0s");
  await untilQueue(queue, { messages: 3 });
  const children = (await listProcesses()).filter(({ parent }) => parent === worker.pid);
  expect(children).toHaveLength(2);
  // Killed with its test, it would leave them behind.
  worker.kill("SIGTERM");
  await worker.ended();
});
