// What happens when nobody can take what amqp-con writes: a full disk, a reader that has gone or stands still.
import { closeSync, openSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { con } from "../support/binaries.ts";
import { atTestEnd } from "../support/cleanup.ts";
import { testFolder } from "../support/folder.ts";
import { quote, shell } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createQueue, takeAll, takeBodies, untilQueue } from "../support/witness.ts";

const env = { AMQP_URL: sharedBroker().url };

describe("output that nobody takes", () => {
  test("a reader that has enough ends the run quietly, and what it did not get is in the queue again", async () => {
    const bodies = Array.from({ length: 50 }, (_, i) => `${i + 1}`.padEnd(20_000, "."));
    const queue = await createQueue(bodies);
    const exit = await shell(`amqp-con -q ${quote(queue)} --format body | head -1`, {
      env,
    }).ended();
    expect(exit).toMatchObject({ code: 0, stdout: `${bodies[0]}\n`, stderr: "" });
    await untilQueue(queue, { consumers: 0 });
    const left = await takeBodies(queue);
    expect(left).toEqual(bodies.slice(-left.length));
    // A pipe holds 64 KiB: three or four of these messages, which were written before the reader went.
    expect(left.length).toBeGreaterThan(40);
  });

  test("Node told to die of what it discourages does not, and does without the watch for readers", async () => {
    const queue = await createQueue(["x"]);
    const NODE_OPTIONS = "--pending-deprecation --throw-deprecation";
    const exit = await shell(`amqp-con -q ${quote(queue)} -n 1 | cat`, {
      env: { ...env, NODE_OPTIONS },
    }).ended();
    expect(exit).toMatchObject({ code: 0, stdout: "Received: x\n" });
    expect(exit.stderr).not.toContain("DeprecationWarning");
  });

  test("a reader that stands still gets the time of --grace, and holds up no end", async () => {
    const queue = await createQueue(["1", "2", "3"].map((body) => body.repeat(200_000)));
    const consumer = `sh -c 'echo $$ >&2; exec amqp-con "$@"' sh -q ${quote(queue)} --grace 0.2`;
    const line = `{ ${consumer}; echo "ended with $?" >&2; } | sleep 30`;
    const pipe = shell(line, { env });
    const pid = Number(await pipe.waitFor("stderr", /^\d+$/));
    await untilQueue(queue, { messages: 0, consumers: 1 });
    process.kill(pid, "SIGTERM");
    expect(await pipe.waitFor("stderr", /^ended/)).toBe("ended with 0");
    await untilQueue(queue, { messages: 3, consumers: 0 });
  });

  test("a full disk is exit code 7, and nothing is lost", async () => {
    const queue = await createQueue(["1", "2", "3"]);
    const full = openSync("/dev/full", "w");
    atTestEnd(() => closeSync(full));
    const { code, stderr } = await con(["-q", queue], { stdout: full });
    expect({ code, stderr }).toEqual({
      code: 7,
      stderr: [
        "ERROR: standard output cannot be written: ENOSPC: no space left on device, write",
        "hint: make room on the disk",
        "",
      ].join("\n"),
    });
    await untilQueue(queue, { messages: 3, consumers: 0 });
    const left = await takeAll(queue);
    expect(left.map(({ content }) => content.toString())).toEqual(["1", "2", "3"]);
  });

  test("a full disk, not the count, is why the run has stopped", async () => {
    const queue = await createQueue(["1", "2", "3"]);
    const full = openSync("/dev/full", "w");
    atTestEnd(() => closeSync(full));
    const { code, stderr } = await con(["-q", queue, "-n", "3", "--summary", "json"], {
      stdout: full,
    });
    expect(code).toBe(7);
    expect(stderr).toContain('"left":3,');
    expect(stderr).toContain('"reason":"standard output cannot be written: ENOSPC');
  });

  test("with --ack-auto the account has what was acknowledged, and says that it was not shown", async () => {
    const queue = await createQueue(["1", "2", "3"]);
    const full = openSync("/dev/full", "w");
    atTestEnd(() => closeSync(full));
    const words = ["-q", queue, "--ack-auto", "--summary", "json"];
    const { code, stderr } = await con(words, { stdout: full });
    await untilQueue(queue, { consumers: 0 });
    const gone = 3 - (await takeBodies(queue)).length;
    expect({ code, gone: gone > 0 }).toEqual({ code: 7, gone: true });
    expect(stderr).toContain(`{"received":${gone},"acked":${gone},`);
    expect(stderr).toContain(
      `WARNING: --ack-auto has acknowledged messages that may not have been shown: ${gone}.\n`,
    );
  });

  test("of a message that fits a file in part only, nothing is acknowledged", async () => {
    const queue = await createQueue(["a".repeat(9000), "b".repeat(9000), "c".repeat(9000)]);
    const file = join(await testFolder(), "limited");
    const limited = `ulimit -f 20; amqp-con -q ${quote(queue)} --format body > ${quote(file)}`;
    const { code, stderr } = await shell(limited, { env }).ended();
    expect(code).toBe(7);
    expect(stderr).toContain("EFBIG");
    expect((await stat(file)).size).toBe(20 * 1024);
    await untilQueue(queue, { consumers: 0 });
    expect((await takeBodies(queue)).at(-1)).toBe("c".repeat(9000));
  });

  test("a publisher whose reader goes ends quietly as well", async () => {
    const queue = await createQueue();
    const pipe = `yes | amqp-pub -k ${quote(queue)} -l --confirm | head -1`;
    const exit = await shell(`set +o pipefail; ${pipe}`, { env }).ended();
    expect(exit).toMatchObject({ code: 0, stdout: "Sent: y\n", stderr: "" });
  });
});
