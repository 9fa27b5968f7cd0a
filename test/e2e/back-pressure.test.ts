// A broker that takes nothing (memory or disk alarm) holds up the source: stdin is not read ahead, and it is said.
import { expect, test } from "vitest";
import { ack } from "../support/amqp-answer.ts";
import { blocked, unblocked } from "../support/amqp-frame.ts";
import { goodbye, openChannel, whenever } from "../support/misbehave-script.ts";
import { misbehave } from "../support/misbehave.ts";
import { run, runToEnd } from "../support/run.ts";

/** Far more than a pipe holds, but less than a window: nothing else holds it up. */
const LINES = 50;
const line = `${"x".repeat(100_000)}\n`;

test.each(["low on memory", "low on disk"])(
  "a broker that is %s stops the reading of stdin until it has recovered",
  async (reason) => {
    const confirming = whenever("body", (count) => ack(count));
    const server = await misbehave([...openChannel("confirm"), confirming, ...goodbye()]);
    const flags = ["-k", "q", "-l", "--confirm", "--quiet", "--summary", "text"];
    const publisher = run("amqp-pub", ["-u", server.url, ...flags], { stdin: "open" });
    await publisher.write("first\n");
    await server.receives("body");
    server.send(blocked(reason));
    await publisher.waitFor(
      "stderr",
      `WARNING: the broker takes no messages at the moment (${reason}); waiting`,
    );
    let isTaken = false;
    const writing = publisher.write(line.repeat(LINES)).then(() => (isTaken = true));
    // Time enough to take it all: another process starts and ends.
    await runToEnd("amqp-pub", ["--help-all"]);
    expect(isTaken).toBe(false);
    expect(server.received().filter(({ name }) => name === "body")).toHaveLength(1);
    server.send(unblocked());
    await publisher.waitFor("stderr", "the broker takes messages again");
    await writing;
    publisher.end();
    const { code, stderr } = await publisher.ended();
    expect(code).toBe(0);
    expect(stderr).toContain(`Account: read ${LINES + 1} = confirmed ${LINES + 1} + returned 0 `);
  },
);
