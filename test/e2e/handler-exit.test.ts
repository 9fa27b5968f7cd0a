// amqp-con -- COMMAND: what its exit code means, and what happens when there is no such command.
import { chmod, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { con } from "../support/binaries.ts";
import { testFolder } from "../support/folder.ts";
import { quote, shell } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createQueue, takeBodies, untilQueue } from "../support/witness.ts";

const ONE = "Stopping: --count 1 reached\n";

/** Handles the one message of a queue. */
async function handleOne(queue: string, ...words: readonly string[]) {
  return await con(["-q", queue, "-n", "1", ...words]);
}

describe("the exit code", () => {
  test.each([
    ["0", "acked", 0, []],
    ["3", "rejected", 0, []],
    ["4", "requeued", 0, ["x"]],
    ["1", "rejected", 6, []],
    ["200", "rejected", 6, []],
  ])("%s: the message is %s", async (exit, fate, runsCode, left) => {
    const queue = await createQueue(["x"]);
    const { code, stderr } = await handleOne(queue, "--summary", "json", "--shell", `exit ${exit}`);
    expect(code).toBe(runsCode);
    const account = stderr.split("\n").find((line) => line.startsWith("{")) ?? "";
    expect(JSON.parse(account)).toMatchObject({ received: 1, left: 0, [fate]: 1 });
    expect(await takeBodies(queue)).toEqual(left);
  });

  test.each([
    ["reject", 6, [], "WARNING: handler: exit code 9; rejected\n"],
    ["requeue", 0, ["x"], "WARNING: handler: exit code 9; put back\n"],
    ["stop", 6, ["x"], "ERROR: the handler has ended with exit code 9\nhint: its message was put"],
  ])("that says nothing: --on-failure %s decides", async (action, runsCode, left, told) => {
    const queue = await createQueue(["x"]);
    const { code, stderr } = await handleOne(queue, "--on-failure", action, "--shell", "exit 9");
    expect(code).toBe(runsCode);
    expect(stderr).toContain(told);
    expect(await takeBodies(queue)).toEqual(left);
  });

  test("of a handler that a signal has ended is a failure", async () => {
    const queue = await createQueue(["x"]);
    const { code, stderr } = await handleOne(queue, "--shell", "kill -9 $$");
    expect({ code, stderr }).toEqual({
      code: 6,
      stderr: `WARNING: handler: signal SIGKILL; rejected\n${ONE}`,
    });
  });

  test("of a real-time signal, which Node takes for 0, is told by a shell around the program", async () => {
    const queue = await createQueue(["x"]);
    const program = ["sh", "-c", "kill -34 $$"];
    const words = ["--", "sh", "-c", '"$@"; exit $?', "sh", ...program];
    const { code, stderr } = await handleOne(queue, ...words);
    expect(code).toBe(6);
    expect(stderr).toContain(`WARNING: handler: exit code 162; rejected\n${ONE}`);
  });

  test("4 does not make a hot loop: each time the message waits longer", async () => {
    const queue = await createQueue(["x"]);
    const times = 'date +%s%3N; [ "$(wc -l < "$LOG")" -lt 5 ] && exit 4; exit 0';
    const log = join(await testFolder(), "log");
    await writeFile(log, "");
    const { code, stdout } = await con(
      ["-q", queue, "--idle-timeout", "3", "--shell", `echo >> "$LOG"; ${times}`],
      { env: { LOG: log } },
    );
    expect(code).toBe(0);
    const [first = 0, ...others] = stdout.trimEnd().split("\n").map(Number);
    const gaps = others.map((at, i) => at - (others[i - 1] ?? first));
    expect(gaps).toHaveLength(4);
    for (const [i, gap] of gaps.slice(1).entries())
      expect(gap).toBeGreaterThanOrEqual(100 * 2 ** (i + 1));
  });
});

test.each([
  ["a subscription", []],
  ["--get", ["--get"]],
])(
  "a message that a handler still has is no empty queue: it may come back (%s)",
  async (_, get) => {
    const queue = await createQueue(["x"]);
    const seen = join(await testFolder(), "seen");
    const script = '[ -e "$SEEN" ] || { sleep 0.5; touch "$SEEN"; exit 4; }; cat';
    const words = ["-q", queue, ...get, "--until-empty", "--shell", script];
    const { code, stdout } = await con(words, { env: { SEEN: seen } });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "x" });
    expect(await takeBodies(queue)).toEqual([]);
  },
);

describe("a command that cannot be run", () => {
  test("is told before any message is taken", async () => {
    const queue = await createQueue(["x"]);
    expect(await handleOne(queue, "--", "no-such-program")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'cannot run "no-such-program": there is no such program on PATH',
      ),
    });
    const file = join(await testFolder(), "work");
    await writeFile(file, "#!/bin/sh\n");
    expect(await handleOne(queue, "--", file)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("it is not an executable file"),
    });
    expect(await takeBodies(queue)).toEqual(["x"]);
  });

  test("stops the run when only the shell finds out, and the message stays", async () => {
    const queue = await createQueue(["x"]);
    const { code, stderr } = await handleOne(queue, "--shell", "no-such-program");
    expect(code).toBe(6);
    expect(stderr).toContain("ERROR: the handler has ended with exit code 127\n");
    expect(await takeBodies(queue)).toEqual(["x"]);
  });

  test("stops the run when it goes away meanwhile", async () => {
    const file = join(await testFolder(), "work");
    await writeFile(file, '#!/bin/sh\nrm "$0"\n');
    await chmod(file, 0o755);
    const queue = await createQueue(["x", "y"]);
    const { code, stderr } = await con(["-q", queue, "--until-empty", "--", file]);
    expect(code).toBe(6);
    expect(stderr).toContain(
      `ERROR: cannot run "${file}": there is no such program, or not the one that its first line names (#!)\nhint: a script needs Unix line ends; the message was put back`,
    );
    expect(await takeBodies(queue)).toEqual(["y"]);
  });

  test.each([
    ["no pipe can be opened", 100, 30],
    ["none can be made", 48, 30],
  ])("stops the run when too many files are open: %s", async (_, limit, jobs) => {
    const queue = await createQueue(Array.from({ length: jobs }, () => "x"));
    const folder = await testFolder();
    const worker = `amqp-con -q ${quote(queue)} --until-empty --jobs ${jobs} --shell 'sleep 0.5; exit 4'`;
    const env = { AMQP_URL: sharedBroker().url, TMPDIR: folder };
    const { code, stderr } = await shell(`ulimit -n ${limit}; ${worker}`, { env }).ended();
    expect(code).toBe(6);
    expect(stderr).toBe(
      'ERROR: cannot run "/bin/sh": too many files are open\n' +
        "hint: raise the limit of open files (ulimit -n), or lower --jobs; the message was put back\n",
    );
    await untilQueue(queue, { messages: jobs });
    expect(await readdir(folder)).toEqual([]);
  });
});
