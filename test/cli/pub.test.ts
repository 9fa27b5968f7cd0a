// What the flags of amqp-pub mean together.
import { describe, expect, it } from "vitest";
import { planPub, wrongUse } from "../support/plan.ts";

const target = (...argv: readonly string[]) => {
  const { exchange, routingKey, warnings } = planPub(argv);
  return { exchange, routingKey, warnings };
};

describe("where messages go", () => {
  it.each([
    [["-k", "hello"], "", "hello"],
    [["-q", "hello"], "", "hello"],
    [["-Q"], "", undefined],
    [["-e", "logs"], "logs", ""],
    [["-e", "logs", "-q", "hello", "--bind-queue"], "logs", ""],
    [["-e", "logs", "-k", "info"], "logs", "info"],
  ])("%j: exchange %j, key %j", (argv, exchange, routingKey) => {
    expect(target(...argv)).toEqual({ exchange, routingKey, warnings: [] });
  });

  it.each([
    [["-e", "logs", "-q", "hello"], 'exchange "logs"'],
    [["-q", "hello", "-k", "other"], 'queue "other"'],
  ])("%j: not the queue that is named, which is said", (argv, place) => {
    expect(target(...argv).warnings).toEqual([
      `--queue has no effect without -Q or --bind-queue: messages go to ${place}.`,
    ]);
  });

  it("is nowhere without queue, key and exchange, which is said", () => {
    expect(target("-m", "x").warnings).toEqual([
      "without -k, -q or -e the message reaches no queue.",
    ]);
    expect(target("--ping").warnings).toEqual([]);
  });

  it.each([
    ["--cc", "copies"],
    ["--bcc", "copies"],
    ["-H", 'CC:json=["copies"]'],
    ["-H", 'BCC:json=["copies"]'],
  ])("is where copies go: %s %s", (...argv) => {
    expect(target(...argv).warnings).toEqual([]);
  });
});

describe("properties and delivery", () => {
  it("are plain unless asked for", () => {
    const { properties, publisher, quiet, summary, graceMs } = planPub(["-k", "x"]);
    expect({ properties, quiet, summary, graceMs }).toEqual({
      properties: {},
      quiet: false,
      summary: "none",
      graceMs: 10_000,
    });
    expect(publisher).toEqual({
      confirm: false,
      mandatory: false,
      window: 1000,
      confirmTimeoutMs: 30_000,
      nackRetries: 3,
      numbered: false,
    });
  });

  it("follow their flags", () => {
    const argv = ["-k", "x", "--persistent", "--priority", "0", "--message-ttl", "5s"];
    expect(planPub(argv).properties).toEqual({ deliveryMode: 2, priority: 0, expiration: "5000" });
    const confirm = ["--confirm", "--confirm-window", "5", "--confirm-timeout", "1", "--mandatory"];
    expect(planPub([...argv, ...confirm, "--nack-retries", "0"]).publisher).toEqual({
      confirm: true,
      mandatory: true,
      window: 5,
      confirmTimeoutMs: 1000,
      nackRetries: 0,
      numbered: true,
    });
  });

  it("accept the sample's flags of a consumer without effect", () => {
    const sample = ["--ack-auto", "--prefetch", "1", "--lazy", "3", "--verbose"];
    expect(planPub(["-k", "x", ...sample])).toEqual(planPub(["-k", "x"]));
  });
});

describe("wrong use", () => {
  it.each([
    [["--confirm-window", "5"], "--confirm-window needs --confirm\nhint: without it nothing is"],
    [["--confirm-timeout", "5"], "--confirm-timeout needs --confirm"],
    [["--nack-retries", "5"], "--nack-retries needs --confirm"],
    [
      ["-m", "x", "--", "cat"],
      'unexpected argument "cat" after --\nhint: amqp-pub runs no command; a file whose',
    ],
  ])("%j is told", (argv, message) => {
    expect(wrongUse(() => planPub(argv))).toContain(message);
  });
});
