// Topology flags: what is declared and bound, in both binaries.
import { describe, expect, it } from "vitest";
import { queueFlags } from "../../src/flag-names.ts";
import { planConsume } from "../../src/cli/con.ts";
import { parseCon, planCon, planPub, wrongUse } from "../support/plan.ts";

const con = (...argv: readonly string[]) => planCon(argv).topology;
const pub = (...argv: readonly string[]) => planPub(argv).topology;

/** The time to live of messages in the queue that amqp-con declares. `texts` are those of a profile. */
const ttl = (argv: readonly string[], env = {}, texts: Record<string, string> = {}) => {
  const entries = Object.entries(texts).map(([key, text]) => [key, [text]] as const);
  const profile = { name: "default", file: "f", texts: new Map(entries) };
  const parsed = parseCon(["-q", "t", "-Q", ...argv], env, profile);
  return planConsume(parsed).topology.queue?.arguments["x-message-ttl"];
};

describe("queues", () => {
  it("are not declared unless asked for", () => {
    expect(con("-q", "hello")).toEqual({
      passive: false,
      exchange: undefined,
      queue: undefined,
      bindings: [],
    });
  });

  it("are transient, auto-delete and shared by default, as in the sample", () => {
    expect(con("-q", "hello", "-Q").queue).toEqual({
      name: "hello",
      durable: false,
      autoDelete: true,
      exclusive: false,
      arguments: {},
    });
  });

  it("are what the sample's flags say", () => {
    const argv = ["-q", "t", "-Q", "--durable-queue", "--nad-queue", "--exclusive"];
    expect(con(...argv).queue).toMatchObject({ durable: true, autoDelete: false, exclusive: true });
    expect(con("-Q").queue).toMatchObject({ name: "" });
  });

  it.each(["quorum", "stream"])("of type %s are durable and not auto-delete", (type) => {
    expect(con("-q", "t", "-Q", "--queue-type", type).queue).toMatchObject({
      durable: true,
      autoDelete: false,
      arguments: { "x-queue-type": type },
    });
  });

  it("get the arguments that RabbitMQ knows, numbers as integers", () => {
    const argv = ["-q", "t", "-Q", "--queue-type", "classic", "--queue-ttl", "30s"];
    const limits = ["--max-length", "10", "--max-length-bytes", "1KiB", "--overflow", "drop-head"];
    const dead = ["--dead-letter-exchange", "dlx", "--dead-letter-routing-key", "dead"];
    const more = ["--max-priority", "9", "--delivery-limit", "5", "--single-active-consumer"];
    const free = ["--queue-message-ttl", "1500", "--queue-arg", "x-n:int=9007199254740993"];
    const table = con(...argv, ...limits, ...dead, ...more, ...free).queue?.arguments;
    const known = [...Object.keys(queueFlags), "x-n"];
    expect(Object.keys(table ?? {}).filter((name) => !known.includes(name))).toEqual([]);
    expect(table).toEqual({
      "x-queue-type": "classic",
      "x-expires": 30_000,
      "x-message-ttl": 1500,
      "x-max-length": 10,
      "x-max-length-bytes": 1024,
      "x-overflow": "drop-head",
      "x-dead-letter-exchange": "dlx",
      "x-dead-letter-routing-key": "dead",
      "x-max-priority": 9,
      "x-delivery-limit": 5,
      "x-single-active-consumer": true,
      "x-n": { int: "9007199254740993" },
    });
  });

  it("take --message-ttl as their own in the consumer, as each message's in the publisher", () => {
    const argv = ["-q", "t", "-Q", "--message-ttl", "1500"];
    expect(con(...argv).queue?.arguments).toEqual({ "x-message-ttl": 1500 });
    expect(pub(...argv).queue?.arguments).toEqual({});
    expect(planPub(argv).properties).toEqual({ expiration: "1500" });
  });

  it("have one time to live for messages, of two names in the consumer: what is typed counts most", () => {
    const typed = ["--message-ttl", "5"];
    expect(ttl(typed, { AMQP_QUEUE_MESSAGE_TTL: "1000" })).toBe(5);
    expect(ttl(typed, {}, { queueMessageTtl: "1000" })).toBe(5);
    expect(ttl([], { AMQP_MESSAGE_TTL: "5" }, { queueMessageTtl: "1000" })).toBe(5);
    expect(ttl(["--queue-message-ttl", "5"], { AMQP_MESSAGE_TTL: "1000" })).toBe(5);
    expect(ttl([], { AMQP_QUEUE_MESSAGE_TTL: "5" }, { messageTtl: "1000" })).toBe(5);
    expect(ttl([], {}, { messageTtl: "5" })).toBe(5);
    // Of the same rank, the name that says more.
    expect(ttl([], { AMQP_QUEUE_MESSAGE_TTL: "5", AMQP_MESSAGE_TTL: "1000" })).toBe(5);
  });

  it("let a free argument override a flag", () => {
    const argv = ["-q", "t", "-Q", "--max-length", "10", "--queue-arg", "x-max-length:int=20"];
    expect(con(...argv).queue?.arguments).toEqual({ "x-max-length": 20 });
  });
});

describe("exchanges", () => {
  it("are direct, transient and auto-delete by default, as in the sample", () => {
    expect(pub("-e", "logs", "-E").exchange).toEqual({
      name: "logs",
      type: "direct",
      durable: false,
      autoDelete: true,
      internal: false,
      arguments: {},
    });
  });

  it("are what their flags say, of any type that a plug-in may add", () => {
    const argv = ["-e", "later", "-E", "-t", "x-delayed-message", "--durable-exchange"];
    const more = ["--nad-exchange", "--internal-exchange", "--alternate-exchange", "rest"];
    expect(pub(...argv, ...more, "--exchange-arg", "x-delayed-type=direct").exchange).toEqual({
      name: "later",
      type: "x-delayed-message",
      durable: true,
      autoDelete: false,
      internal: true,
      arguments: { "alternate-exchange": "rest", "x-delayed-type": "direct" },
    });
  });
});

describe("bindings", () => {
  it("are one for each key of the consumer", () => {
    const { bindings } = con("-e", "logs", "-Q", "--bind-queue", "-k", "info", "-k", "error");
    expect(bindings).toEqual([
      { to: "queue", destination: "", source: "logs", key: "info", arguments: {} },
      { to: "queue", destination: "", source: "logs", key: "error", arguments: {} },
    ]);
  });

  it("have an empty key when there is none", () => {
    expect(con("-e", "logs", "-q", "t", "--bind-queue").bindings).toEqual([
      { to: "queue", destination: "t", source: "logs", key: "", arguments: {} },
    ]);
  });

  it("match headers, typed", () => {
    const argv = ["-e", "h", "-Q", "--bind-queue", "--match", "any"];
    const { bindings } = con(...argv, "--bind-header", "n:int=5", "--bind-header", "x=y");
    expect(bindings[0]?.arguments).toEqual({ "x-match": "any", n: 5, x: "y" });
  });

  it("join two exchanges", () => {
    const { bindings } = pub("-e", "to", "-E", "--bind-exchange", "from", "-k", "a.#");
    expect(bindings).toEqual([
      { to: "exchange", destination: "to", source: "from", key: "a.#", arguments: {} },
    ]);
  });

  it("use the publisher's key", () => {
    const { bindings } = pub("-e", "logs", "-q", "t", "-Q", "--bind-queue", "-k", "info");
    expect(bindings.map(({ key }) => key)).toEqual(["info"]);
  });
});

describe("flags of the sample without the one that declares", () => {
  it.each([
    [["--durable-queue", "--nad-queue"], "-Q"],
    [["--exclusive", "--queue-ttl", "5"], "-Q"],
    [["--durable-exchange", "--nad-exchange"], "-E"],
  ])("%j are accepted, and warned of: they need %s", (words, needed) => {
    const argv = ["-q", "q", ...words];
    const expected = words
      .filter((word) => word.startsWith("--"))
      .map((word) => `${word} has no effect without ${needed}: nothing is declared.`);
    expect(planPub(argv).warnings).toEqual(expected);
    expect(planCon(argv).warnings).toEqual(expected);
    expect(planCon([...argv, "-Q", "-e", "e", "-E", "--bind-queue"]).warnings).toEqual([]);
  });
});

it("--message-ttl without -Q is warned of in the consumer, where it describes the queue", () => {
  const told = ["--message-ttl has no effect without -Q: nothing is declared."];
  expect(planCon(["-q", "q", "--message-ttl", "5000"]).warnings).toEqual(told);
  expect(planCon(["-q", "q", "-Q", "--message-ttl", "5000"]).warnings).toEqual([]);
  expect(planCon(["-q", "q"], { AMQP_MESSAGE_TTL: "5000" }).warnings).toEqual([]);
  expect(planPub(["-k", "q", "--message-ttl", "5000"]).warnings).toEqual([]);
});

describe("wrong use", () => {
  const needsQueue = [
    ["--queue-type", "quorum"],
    ["--queue-message-ttl", "5"],
    ["--dead-letter-exchange", "x"],
    ["--dead-letter-routing-key", "x"],
    ["--max-length", "5"],
    ["--max-length-bytes", "5"],
    ["--overflow", "drop-head"],
    ["--max-priority", "5"],
    ["--delivery-limit", "5"],
    ["--single-active-consumer"],
    ["--queue-arg", "a=b"],
  ];
  it.each(needsQueue)("%s without -Q is told", (flag, ...value) => {
    const message = `${flag} needs --create-queue\nhint: add -Q: it describes the queue to declare`;
    expect(wrongUse(() => con("-q", "t", flag, ...value))).toBe(message);
    expect(wrongUse(() => pub("-q", "t", flag, ...value))).toBe(message);
  });

  const needsExchange = [
    ["--internal-exchange"],
    ["--alternate-exchange", "x"],
    ["--exchange-arg", "a=b"],
  ];
  it.each(needsExchange)("%s without -E is told", (flag, ...value) => {
    expect(wrongUse(() => pub("-e", "x", flag, ...value))).toBe(
      `${flag} needs --create-exchange\nhint: add -E: it describes the exchange to declare`,
    );
  });

  it.each([
    [["-E"], "--create-exchange needs --exchange\nhint: name it with -e EXCHANGE"],
    [["-q", "t", "--bind-queue"], "--bind-queue needs --exchange\nhint: name it with -e"],
    [["-e", "x", "--bind-queue"], "--bind-queue needs a queue\nhint: name it with -q"],
    [["--bind-exchange", "x"], "--bind-exchange needs --exchange\nhint: name the destination"],
    [["-q", "t", "--bind-header", "a=b"], "--bind-header needs --bind-queue or --bind-exchange"],
    [
      ["-q", "t", "-e", "x", "--bind-queue", "--match", "any"],
      "--match needs --bind-header\nhint: say which headers must match",
    ],
    [["--passive", "-q", "t"], "--passive needs -Q or -E\nhint: say what to check"],
    [["--passive", "-Q"], "--passive needs the queue's name\nhint: name it with -q"],
    [
      ["-q", "t", "-Q", "--exclusive", "--queue-type", "quorum"],
      "--queue-type quorum excludes --exclusive\nhint: a quorum queue outlives its connection",
    ],
    [
      ["-q", "t", "-Q", "--exclusive", "--queue-type", "stream"],
      "--queue-type stream excludes --exclusive",
    ],
  ])("%j is told", (argv, message) => {
    expect(wrongUse(() => pub(...argv))).toContain(message);
  });

  it("is not what a variable sets for other runs", () => {
    const env = { AMQP_QUEUE_TYPE: "quorum", AMQP_MAX_LENGTH: "5", AMQP_EXCHANGE_ARG: "a=b" };
    expect(planPub(["-k", "x"], env).topology.queue).toBeUndefined();
    expect(planPub(["-q", "x", "-Q"], env).topology.queue).toMatchObject({
      arguments: { "x-queue-type": "quorum", "x-max-length": 5 },
    });
  });
});
