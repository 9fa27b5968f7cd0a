// amqp-con --reply whose handler fails: the client is told, and does not hang.
import { describe, expect, test } from "vitest";
import { startCon } from "../support/binaries.ts";
import { ask, serve } from "../support/rpc.ts";
import { createQueue, takeBodies, untilQueue, withChannel } from "../support/witness.ts";

describe("a handler that fails for good", () => {
  test.each([
    ["exit 7", "exit code 7", " (x-exit-code 7)"],
    ["exit 3", "exit code 3", " (x-exit-code 3)"],
    ["kill -9 $$", "signal SIGKILL", " (x-exit-code 137)"],
  ])("with %s: the client gets an error", async (script, reason, code) => {
    const { queue } = await serve(`echo secret; echo secret >&2; ${script}`);
    expect(await ask(queue, "-m", "x")).toMatchObject({
      code: 6,
      stdout: "",
      stderr: `WARNING: the server replied with an error${code}: ${reason}\n`,
    });
  });

  test("with several replies awaited: that one was an error decides", async () => {
    const { queue } = await serve("exit 7");
    const { code, stderr } = await ask(queue, "-m", "x", "--replies", "2", "--timeout", "1");
    expect(code).toBe(6);
    expect(stderr).toContain("WARNING: only 1 of 2 replies within 1 s");
  });

  test("late: the client gets an error as well", async () => {
    const { queue } = await serve("sleep 100", "--exec-timeout", "0.2");
    const { code, stderr } = await ask(queue, "-m", "x");
    expect(code).toBe(6);
    expect(stderr).toContain("(x-exit-code 124): still running after 0.2 s");
  });

  test("gets another try first, where there are retries, and the client waits for that", async () => {
    const { queue } = await serve(
      '[ $AMQP_ATTEMPT = 2 ] || exit 1; echo "second try"',
      "--retry-delay",
      "0.1",
    );
    expect(await ask(queue, "-m", "x")).toMatchObject({ code: 0, stdout: "second try\n\n" });
    await withChannel((channel) => channel.deleteQueue(`${queue}.retry-100ms`));
  });
});

/** As a client has one, but nobody has given it out: RabbitMQ 3.10 and 4.0 fail on it, 4.3 does not. */
const FORGED = "amq.rabbitmq.reply-to.g1h2AA5yZXBseUA0NTEzNjQ5MwAAAAMAAAABZx.abc";

test("a forged reply-to costs a server few connections, and the next request is answered", async () => {
  const queue = await createQueue([]);
  const given = { replyTo: FORGED };
  await withChannel(async (channel) => {
    channel.sendToQueue(queue, Buffer.from("forged"), given);
  });
  const server = startCon(["-q", queue, "--reply", "--shell", "cat; cat >&2 /dev/fd/3"]);
  expect(await ask(queue, "-m", "x")).toMatchObject({ code: 0, stdout: "x\n" });
  server.kill("SIGTERM");
  const { code, stderr } = await server.ended();
  expect(code).toBe(0);
  expect(stderr.split("\n").filter((line) => line.includes('"forged"')).length).toBeLessThan(6);
  await untilQueue(queue, { consumers: 0 });
  expect(await takeBodies(queue)).toEqual([]);
});
