// What the flags of amqp-pub mean together.
import { describe, expect, it } from "vitest";
import { planPub, wrongUse } from "../support/plan.ts";

type Environment = Readonly<Record<string, string>>;

const source = (argv: readonly string[], env: Environment = {}) => planPub(argv, env).source;

const target = (...argv: readonly string[]) => {
  const { exchange, routingKey, warnings } = planPub(argv);
  return { exchange, routingKey, warnings };
};

describe("the source", () => {
  const once = { times: 1, intervalMs: 1000, pubName: undefined };
  const plain = { brings: "body", skippable: false, messages: 1 };
  const message = { ...plain, kind: "message", flag: "--message", paths: [] };

  it("is one empty message when nothing is said", () => {
    expect(source([])).toEqual({ ...message, text: "", repeat: once, what: "one message" });
  });

  it("is the text, as often as asked for", () => {
    const argv = ["-m", "Hello!", "--nb-messages", "4", "--interval", "0.5"];
    expect(source([...argv, "--pub-name", "P", "--message-size", "1KiB"])).toEqual({
      ...message,
      text: "Hello!",
      repeat: { times: 4, intervalMs: 500, pubName: "P" },
      what: "4 messages",
      messages: 4,
      size: 1024,
    });
  });

  it("waits between messages unless another pace was asked for alone", () => {
    expect(source(["-m", "x"])).toMatchObject({ repeat: { intervalMs: 1000 } });
    expect(source(["--rate", "5"])).toMatchObject({ repeat: { intervalMs: 0 } });
    const both = ["--rate", "5", "--interval", "2"];
    expect(source(both)).toMatchObject({ repeat: { intervalMs: 2000 } });
  });

  it("is files or lines", () => {
    const files = { ...plain, kind: "files", flag: "--file", repeat: once };
    expect(source(["-f", "a", "b"])).toEqual({
      ...files,
      paths: ["a", "b"],
      what: "2 file(s)",
      messages: 2,
    });
    expect(source(["-f", "-"])).toEqual({ ...files, paths: ["-"], what: "1 file(s)" });
    expect(source(["-l"])).toMatchObject({ kind: "lines", paths: ["-"] });
    expect(source(["-l", "a", "-"])).toMatchObject({ kind: "lines", paths: ["a", "-"] });
  });

  it("that was typed beats one in the environment", () => {
    const env = { AMQP_MESSAGE: "from the environment", AMQP_NB_MESSAGES: "5" };
    expect(source([], env)).toMatchObject({ kind: "message", text: "from the environment" });
    expect(source(["-l", "a"], env)).toMatchObject({ kind: "lines", paths: ["a"] });
    expect(source(["-f", "a"], env)).toMatchObject({ kind: "files", repeat: { times: 5 } });
  });
});

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
    [["-m", "x", "-f", "a"], "--message excludes --file\nhint: one source of messages at a time"],
    [["-m", "x", "-l"], "--message excludes --lines"],
    [["-f", "a", "-l"], "--file excludes --lines"],
    [["-f", "-", "-"], "stdin (-) is named twice\nhint: it can be read once"],
    [["-l", "-", "a", "-"], "stdin (-) is named twice"],
    [["-f", "-", "--nb-messages", "2"], "--nb-messages excludes --file -\nhint: stdin can be read"],
    [["-l", "--nb-messages", "2"], "--lines excludes --nb-messages\nhint: it belongs to -m and -f"],
    [["-l", "--interval", "2"], "--lines excludes --interval"],
    [["-l", "--pub-name", "x"], "--lines excludes --pub-name"],
    [["-l", "--message-size", "2"], "--lines excludes --message-size"],
    [["--confirm-window", "5"], "--confirm-window needs --confirm\nhint: without it nothing is"],
    [["--confirm-timeout", "5"], "--confirm-timeout needs --confirm"],
    [["--nack-retries", "5"], "--nack-retries needs --confirm"],
    [
      ["-m", "x", "--", "cat"],
      'unexpected argument "cat" after --\nhint: amqp-pub runs no command; a file whose',
    ],
    [
      ["-m", "x", "--cc", "a", "-H", 'CC:json=["b"]'],
      "--cc excludes a header CC (--header)\nhint: give all keys by --cc",
    ],
    [["-m", "x", "--bcc", "a", "-H", "BCC=b"], "--bcc excludes a header BCC (--header)"],
  ])("%j is told", (argv, message) => {
    expect(wrongUse(() => planPub(argv))).toContain(message);
  });

  it("of two sources in the environment is told too", () => {
    expect(wrongUse(() => planPub([], { AMQP_MESSAGE: "x", AMQP_LINES: "-" }))).toContain(
      "--message excludes --lines",
    );
  });
});
