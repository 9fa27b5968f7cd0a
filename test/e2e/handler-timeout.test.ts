// How handlers end with their time, --exec-timeout, and with all that they have started: nothing runs on.
import { describe, expect, test } from "vitest";
import { con } from "../support/binaries.ts";
import { longSleep, untilNone } from "../support/processes.ts";
import { createQueue, takeBodies } from "../support/witness.ts";

describe("--exec-timeout", () => {
  test("ends a handler with all it has started", async () => {
    const nap = longSleep();
    const queue = await createQueue(["1"]);
    const script = `${nap} & sh -c '${nap} & ${nap}' & wait`;
    const words = ["-q", queue, "-n", "1", "--exec-timeout", "0.3", "--shell", script];
    expect(await con(words)).toMatchObject({
      code: 6,
      stderr:
        "WARNING: handler: still running after 0.3 s; rejected\nStopping: --count 1 reached\n",
    });
    await untilNone(nap);
  });

  test("is kept by a handler that has ended while the worker itself was stopped (Ctrl-Z)", async () => {
    const queue = await createQueue(["1"]);
    const script = "kill -STOP $PPID; (sleep 1.5; kill -CONT $PPID) & exit 0";
    const words = ["-q", queue, "-n", "1", "--exec-timeout", "1", "--shell", script];
    expect(await con(words)).toMatchObject({ code: 0, stderr: "Stopping: --count 1 reached\n" });
    expect(await takeBodies(queue)).toEqual([]);
  });

  // Elsewhere nobody tells who is whose child without another program.
  test.runIf(process.platform === "linux")("ends who has left its process group", async () => {
    const nap = longSleep();
    const queue = await createQueue(["1"]);
    const script = `setsid -w ${nap}; exit 0`;
    const words = ["-q", queue, "-n", "1", "--exec-timeout", "0.3", "--shell", script];
    expect(await con(words)).toMatchObject({ code: 6 });
    await untilNone(nap);
  });

  test("is a failure also when the handler then exits with 0", async () => {
    const queue = await createQueue(["1"]);
    const script = "trap 'exit 0' TERM; while :; do sleep 0.05; done";
    const words = ["-n", "1", "--exec-timeout", "0.2", "--on-failure", "requeue"];
    expect(await con(["-q", queue, ...words, "--shell", script])).toMatchObject({ code: 0 });
    expect(await takeBodies(queue)).toEqual(["1"]);
  });

  test("is told when the broker may lose its patience first", async () => {
    const words = ["-q", "x", "-n", "1", "--until-empty", "--exec-timeout", "26m", "--", "true"];
    const { stderr } = await con([...words.slice(0, 1), await createQueue(), ...words.slice(2)]);
    expect(stderr).toContain("WARNING: --exec-timeout is longer than 25 minutes");
  });
});
