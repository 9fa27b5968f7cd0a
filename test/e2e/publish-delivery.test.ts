// What amqp-pub tells the broker about a message, and what it tells people about its fate.
import { describe, expect, test } from "vitest";
import { ack, nack } from "../support/amqp-answer.ts";
import { pub } from "../support/binaries.ts";
import { misbehave } from "../support/misbehave.ts";
import { goodbye, openChannel, whenever } from "../support/misbehave-script.ts";
import { brief } from "../support/name.ts";
import { run, runToEnd, shell } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { play } from "../support/transcript.ts";
import { createQueue, queueState, takeAll, takeBodies, takeOnly } from "../support/witness.ts";

test("a reader that stands still gets the time of --grace, and holds up no end", async () => {
  const queue = await createQueue();
  const lines = Array.from({ length: 5000 }, (_, i) => `${i}`.padStart(100, "0")).join("\n");
  const publisher = `sh -c 'echo $$ >&2; exec amqp-pub "$@"' sh -k ${queue} -l --confirm --grace 0.2`;
  const pipe = shell(`{ ${publisher}; echo "ended with $?" >&2; } | sleep 30`, {
    env: { AMQP_URL: sharedBroker().url },
    stdin: lines,
  });
  const pid = Number(await pipe.waitFor("stderr", /^\d+$/));
  await expect.poll(async () => (await queueState(queue)).messages).toBeGreaterThan(1000);
  process.kill(pid, "SIGTERM");
  expect(await pipe.waitFor("stderr", /^ended/)).toMatch(/^ended with [05]$/);
});

describe("properties", () => {
  test("are absent unless asked for", async () => {
    const queue = await createQueue();
    await pub(["-k", queue, "-m", "plain"]);
    const { properties, fields } = await takeOnly(queue);
    const set = Object.entries(properties).filter(([, value]) => value !== undefined);
    expect(set).toEqual([]);
    expect(fields).toMatchObject({ exchange: "", routingKey: queue, redelivered: false });
  });

  test("--persistent, --priority and --message-ttl in milliseconds arrive", async () => {
    const queue = await createQueue();
    await pub(["-k", queue, "--persistent", "--priority", "7", "--message-ttl", "60000"]);
    expect((await takeOnly(queue)).properties).toMatchObject({
      deliveryMode: 2,
      priority: 7,
      expiration: "60000",
    });
    await pub(["-k", queue, "--priority", "0", "--message-ttl", "2m"]);
    expect((await takeOnly(queue)).properties).toMatchObject({ priority: 0, expiration: "120000" });
  });

  test("--message-ttl lets the broker drop the message", async () => {
    const queue = await createQueue();
    await pub(["-k", queue, "-m", "gone at once", "--message-ttl", "0"]);
    await pub(["-k", queue, "-m", "stays", "--message-ttl", "1h"]);
    expect(await takeBodies(queue)).toEqual(["stays"]);
  });

  test("--confirm gives every message an id of its own, by which a duplicate could be told", async () => {
    const queue = await createQueue();
    await pub(["-k", queue, "--confirm", "--nb-messages", "3", "--interval", "0"]);
    const ids = (await takeAll(queue)).map(({ properties }) => properties.messageId);
    expect(new Set(ids).size).toBe(3);
    expect(ids).not.toContain(undefined);
  });
});

describe("messages that reach no queue", () => {
  test("are reported and are exit code 5 with --mandatory", async () => {
    await play(
      `
      $ amqp-pub -k nowhere -m x --mandatory --nb-messages 2 --interval 0
      > Sent: 1:x
      > Sent: 2:x
      ! Returned: 312 NO_ROUTE (exchange "", key "nowhere")
      ! Returned: 312 NO_ROUTE (exchange "", key "nowhere")
      ! Account: read 2 = confirmed 0 + returned 2 + nacked 0 + unconfirmed 0
      = 5
      `,
      { names: ["nowhere"] },
    );
  });

  test("do not count as sent with --confirm --mandatory, while others do", async () => {
    const queue = await createQueue();
    await play(
      `
      $ printf 'a\\n' | amqp-pub -k tasks -l --mandatory --confirm
      > Sent: a
      = 0
      $ amqp-pub -k nowhere -m x --mandatory --confirm
      ! Returned: 312 NO_ROUTE (exchange "", key "nowhere")
      ! Account: read 1 = confirmed 0 + returned 1 + nacked 0 + unconfirmed 0
      = 5
      `,
      { names: ["nowhere"], words: { tasks: queue } },
    );
    expect(await takeBodies(queue)).toEqual(["a"]);
  });

  test("are warned about once with --confirm alone, and are no error", async () => {
    await play(
      `
      $ amqp-pub -k nowhere -m x --confirm --nb-messages 3 --interval 0
      ! WARNING: no queue takes messages to exchange "", key "nowhere" (there is none, or its node is down); they are counted as returned
      ! Account: read 3 = confirmed 0 + returned 3 + nacked 0 + unconfirmed 0
      = 0
      `,
      { names: ["nowhere"] },
    );
  });

  test("are nobody's concern without either", async () => {
    await play(
      `
      $ amqp-pub -k nowhere -m x
      > Sent: x
      = 0
      `,
      { names: ["nowhere"] },
    );
  });
});

describe("a refusal that comes late", () => {
  test("is told by the round trip at the end, without --confirm too", async () => {
    await play(
      `
      $ seq 3 | amqp-pub -e logs -k any -l
      > Sent: 1
      > Sent: 2
      > Sent: 3
      ! Account: read 3 = confirmed 0 + returned 0 + nacked 0 + unconfirmed 3
      ! ERROR:  (404, "NOT_FOUND - no exchange 'logs' in vhost '/'")
      ! hint: declare the exchange with -E (and -t TYPE), or start the side that declares it first
      = 4
      `,
      { names: ["logs"] },
    );
  });
});

describe("a full queue", () => {
  test("refuses what does not fit: tried again, then told, and exit code 5", async () => {
    const queue = await createQueue([], {
      arguments: { "x-max-length": 1, "x-overflow": "reject-publish" },
    });
    await play(
      `
      $ seq 2 | amqp-pub -k tasks -l --confirm --nack-retries 1
      > Sent: 1
      ! WARNING: the broker refused a message (nack) to exchange "", key "tasks"
      ! Account: read 2 = confirmed 1 + returned 0 + nacked 1 + unconfirmed 0 (sent again: 1)
      = 5
      `,
      { words: { tasks: queue } },
    );
    expect(await takeBodies(queue)).toEqual(["1"]);
  });
});

describe("Sent:", () => {
  test("is printed only when the broker has confirmed", async () => {
    const server = await misbehave([...openChannel("confirm"), ...goodbye()]);
    const publisher = run("amqp-pub", ["-u", server.url, "-k", "q", "-l", "--confirm"], {
      stdin: "one\ntwo\n",
    });
    await server.until(
      "both bodies",
      () => server.received().filter(({ name }) => name === "body").length === 2,
    );
    expect(publisher.stdout.text).toBe("");
    server.send(ack(1));
    expect(await publisher.waitForLines("stdout", 1)).toEqual(["Sent: one"]);
    server.send(ack(2));
    expect(await publisher.ended()).toMatchObject({
      code: 0,
      stdout: "Sent: one\nSent: two\n",
      stderr: "",
    });
  });

  test("is not printed for a message that the broker never confirmed", async () => {
    const server = await misbehave([...openChannel("confirm"), "body", ack(1), "body", "rst"]);
    const exit = await runToEnd(
      "amqp-pub",
      ["-u", server.url, "-k", "q", "-l", "--confirm", "--max-outage", "0"],
      { stdin: "one\ntwo\n" },
    );
    expect(exit).toMatchObject({ code: 3, stdout: "Sent: one\n" });
    expect(exit.stderr).toMatch(
      /^Account: read 2 = confirmed 1 \+ returned 0 \+ nacked 0 \+ unconfirmed 1\nERROR: [^\n]+\n$/,
    );
  });

  describe("is printed for what the broker has confirmed out of order", () => {
    const shown = { stdout: "Sent: two\nSent: three\n" };
    const account = "read 3 = confirmed 2 + returned 0 + nacked 0 + unconfirmed 1";

    test("when the connection is lost for good", async () => {
      const answers = ["body", "body", ack(2), "body", ack(3), "rst"] as const;
      const server = await misbehave([...openChannel("confirm"), ...answers]);
      const args = ["-u", server.url, "-k", "q", "-l", "--confirm", "--max-outage", "0"];
      const exit = await runToEnd("amqp-pub", args, { stdin: "one\ntwo\nthree\n" });
      expect(exit).toMatchObject({ code: 3, ...shown });
      expect(exit.stderr).toContain(account);
    });

    test("when the time of --grace is over", async () => {
      const answers = whenever("body", (count) => (count === 1 ? Buffer.alloc(0) : ack(count)));
      const server = await misbehave([...openChannel("confirm"), ...goodbye(), answers]);
      const args = ["-u", server.url, "-k", "q", "-l", "--confirm", "--grace", "0.2"];
      const publisher = run("amqp-pub", args, { stdin: "one\ntwo\nthree\n" });
      await server.until(
        "all bodies",
        () => server.received().filter(({ name }) => name === "body").length === 3,
      );
      publisher.kill("SIGINT");
      const exit = await publisher.ended();
      expect(exit).toMatchObject({ code: 5, ...shown });
      expect(exit.stderr).toContain(account);
    });
  });

  test("is not printed for a message that the broker has refused for good", async () => {
    const server = await misbehave([
      ...openChannel("confirm"),
      whenever("body", (count) => nack(count)),
      ...goodbye(),
    ]);
    const key = brief("full");
    const exit = await runToEnd("amqp-pub", [
      "-u",
      server.url,
      "-k",
      key,
      "-m",
      "x",
      "--confirm",
      "--nack-retries",
      "0",
    ]);
    expect(exit).toMatchObject({
      code: 5,
      stdout: "",
      stderr: [
        `WARNING: the broker refused a message (nack) to exchange "", key "${key}"`,
        "Account: read 1 = confirmed 0 + returned 0 + nacked 1 + unconfirmed 0",
        "",
      ].join("\n"),
    });
  });
});
