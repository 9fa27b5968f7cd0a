// What handlers print: whole per message on standard output, line by line on standard error; and when nobody takes it.
import { openSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { con, startCon } from "../support/binaries.ts";
import { shell } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createQueue, takeBodies, untilQueue } from "../support/witness.ts";

const NUMBERS = Array.from({ length: 24 }, (_, i) => `${i + 10}`);

describe("standard output of several handlers at once", () => {
  test("stays whole for each message", async () => {
    const queue = await createQueue(NUMBERS);
    const script = 'n=$(cat); for i in 1 2 3 4 5; do echo "$n:$i"; sleep 0.02; done';
    const { code, stdout } = await con([
      "-q",
      queue,
      "--until-empty",
      "--jobs",
      "8",
      "--shell",
      script,
    ]);
    expect(code).toBe(0);
    const runs = stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split(":")[0] ?? "");
    expect(runs.filter((number, i) => number !== runs[i - 1])).toHaveLength(NUMBERS.length);
  });

  test("stays whole also when it is larger than what is held back", async () => {
    const queue = await createQueue(["a", "b", "c"]);
    const script = 'n=$(cat); yes "$n" | head -c 3000000';
    const words = ["-q", queue, "--until-empty", "--jobs", "3", "--shell", script];
    const { code, stdout } = await startCon(words).ended(30_000);
    expect(code).toBe(0);
    expect(stdout.replaceAll("\n", "").replaceAll(/(.)\1*/g, "$1")).toHaveLength(3);
    expect(stdout).toHaveLength(9_000_000);
  });
});

test.each([
  ["there are more of them than pipes at first", 40, 'sleep 0.5; echo "$(cat)" > /dev/stdout'],
  ["something still runs that holds a pipe", 2, '(setsid sleep 1 &); echo "$(cat)" > /dev/stdout'],
])("standard output can be opened by its name also when %s", async (_, jobs, script) => {
  const numbers = Array.from({ length: 2 * jobs + 6 }, (__, i) => `${i + 10}`);
  const queue = await createQueue(numbers);
  const words = ["-q", queue, "--until-empty", "--jobs", `${jobs}`, "--shell", script];
  const { code, stdout, stderr } = await startCon(words).ended(30_000);
  expect(stderr).toBe("Stopping: the queue is empty (--until-empty)\n");
  expect(code).toBe(0);
  expect(stdout.trimEnd().split("\n").toSorted()).toEqual(numbers);
});

test("standard error comes line by line, escaped, and a last line without newline too", async () => {
  const queue = await createQueue(["x"]);
  const script = String.raw`printf 'one\ntwo \033[31m\nthree' >&2`;
  const { stdout, stderr } = await con(["-q", queue, "-n", "1", "--shell", script]);
  expect(stdout).toBe("");
  expect(stderr).toBe("one\ntwo \\x1b[31m\nthree\nStopping: --count 1 reached\n");
});

test("a reader that goes away ends the worker, and what was not written is not acknowledged", async () => {
  const queue = await createQueue(NUMBERS);
  const line = `amqp-con -q ${queue} -- sh -c 'cat; echo; sleep 0.1' | head -1; echo "$PIPESTATUS"`;
  const env = { AMQP_URL: sharedBroker().url };
  const { stdout, stderr } = await shell(line, { env }).ended();
  expect({ stdout, stderr }).toEqual({ stdout: "10\n0\n", stderr: "" });
  await untilQueue(queue, { consumers: 0 });
  const left = await takeBodies(queue);
  expect(left).toEqual(NUMBERS.slice(-left.length));
  expect(left.length).toBeGreaterThan(NUMBERS.length - 5);
});

test("a full disk is told, and the message stays", async () => {
  const queue = await createQueue(["x"]);
  const { code, stderr } = await con(["-q", queue, "--", "cat"], {
    stdout: openSync("/dev/full", "w"),
  });
  expect(code).toBe(7);
  expect(stderr).toContain("ERROR: standard output cannot be written: ENOSPC");
  await untilQueue(queue, { messages: 1 });
  expect(await takeBodies(queue)).toEqual(["x"]);
});
