// What the flags of amqp-con mean together.
import { describe, expect, it } from "vitest";
import { planCon, wrongUse } from "../support/plan.ts";

describe("a queue that only this connection can bind", () => {
  const logs = ["-e", "logs", "-E", "-t", "fanout", "-Q"];
  const unbound =
    "the queue is not bound to exchange logs: nothing sent there arrives; add --bind-queue.";

  it("is warned of when it is not bound", () => {
    expect(planCon(logs).warnings).toContain(unbound);
    expect(planCon([...logs, "-q", "mine", "--exclusive"]).warnings).toContain(unbound);
  });

  it("needs no warning when it is, nor does one that others can bind", () => {
    expect(planCon([...logs, "--bind-queue"]).warnings).toEqual([]);
    expect(planCon([...logs, "-q", "theirs"]).warnings).toEqual([]);
  });
});

const plan = (...argv: readonly string[]) => planCon(["-q", "t", ...argv]);

describe("the subscription", () => {
  it("is bounded and acknowledges unless told otherwise", () => {
    expect(plan()).toMatchObject({
      subscription: { queue: "t", prefetch: 256, ackOnArrival: false, ackEvery: 1 },
      verdict: "ack",
      intake: "subscription",
      lazyMs: undefined,
      sink: { format: "text", verbose: false },
      graceMs: 10_000,
    });
  });

  it.each([
    [["--prefetch", "1"], 1],
    [["--prefetch", "0"], Infinity],
    [["--prefetch", "65535"], 65_535],
    [["-n", "10"], 10],
    [["-n", "10", "--prefetch", "3"], 3],
    [["-n", "10", "--prefetch", "0"], 10],
    [["-n", "100000", "--prefetch", "0"], 65_535],
    [["-n", "100000"], 256],
    [["--get"], 1],
    [["--shell", "x"], 1],
    [["--shell", "x", "--jobs", "4"], 4],
    [["--shell", "x", "--jobs", "4", "--prefetch", "9"], 9],
    [["--ack-every", "1000"], 2000],
    [["--where", "true", "-n", "1"], 65_535],
    [["--where", "true", "-n", "1", "--prefetch", "2"], 2],
    // More would be put back unseen each time, which counts as a delivery before RabbitMQ 4.3, and be kept from other workers.
    [["--where", "true", "--on-mismatch", "ack", "-n", "1"], 1],
    [["--where", "true", "--on-mismatch", "ack", "-n", "1", "--prefetch", "2"], 2],
    [["--where", "true", "--on-mismatch", "reject", "--shell", "x"], 1],
    [["--where", "true", "--on-mismatch", "reject", "--shell", "x", "--prefetch", "2"], 2],
    [["--where", "true", "--on-mismatch", "ack", "-n", "1", "--nack", "--requeue"], 1],
    [["--where", "true", "--offset", "first", "-n", "1"], 1],
  ])("%j has a prefetch of %d", (argv, prefetch) => {
    expect(plan(...argv).subscription.prefetch).toBe(prefetch);
  });

  it("acknowledges each message when only some are wanted, for no-ack would lose the rest", () => {
    expect(plan("--ack-auto").subscription.ackOnArrival).toBe(true);
    expect(plan("--ack-auto", "--lazy", "3").subscription.ackOnArrival).toBe(true);
    expect(plan("--ack-auto", "-n", "1").subscription.ackOnArrival).toBe(false);
    expect(plan("--ack-auto", "--get").subscription.ackOnArrival).toBe(false);
    expect(plan("--ack-auto", "--until-body", "quit").subscription.ackOnArrival).toBe(false);
    expect(plan("--ack-auto", "--where", "true").subscription.ackOnArrival).toBe(false);
  });

  it("fetches one message with --get, or as many as --count says", () => {
    expect(plan("--get")).toMatchObject({ intake: "get", stop: { count: 1 } });
    expect(plan("--get", "-n", "7")).toMatchObject({ intake: "get", stop: { count: 7 } });
  });

  it("looks by subscription only where all that it takes will be looked at", () => {
    expect(plan("--peek").intake).toBe("look");
    expect(plan("--peek", "--where", "true").intake).toBe("look");
    expect(plan("--peek", "--where", "true", "-n", "1").intake).toBe("get");
    expect(plan("--peek", "--until-body", "quit").intake).toBe("get");
    expect(plan("--peek", "--consumer-tag", "t").intake).toBe("subscription");
  });

  it.each([
    [[], undefined],
    [["--offset-file", "place"], { start: "next" }],
    [["--offset-file", "place", "--offset", "first"], { start: "first" }],
    [["--offset-file", "place", "--consumer-arg", "x-stream-offset=first"], { start: undefined }],
  ])(
    "with %j begins in a stream at %j: without a word of it any queue would do",
    (argv, stream) => {
      expect(plan(...argv).subscription.stream).toEqual(stream);
    },
  );

  it("fetches with --get as far as a stop rule says", () => {
    const all = plan("--get", "--until-empty", "--ack-auto");
    expect(all).toMatchObject({ intake: "get", subscription: { ackOnArrival: false } });
    expect(all.stop).toMatchObject({ count: undefined, untilEmpty: "--until-empty" });
    expect(plan("--get", "--until-body", "quit").stop.count).toBeUndefined();
    expect(plan("--get", "--until-empty", "-n", "7").stop.count).toBe(7);
  });

  it("takes an empty queue for an answer only where a message was asked for", () => {
    expect(plan("--get").stop.emptyQueue).toBe("empty");
    expect(plan("--until-empty").stop.emptyQueue).toBe("done");
    expect(plan("--peek").stop.emptyQueue).toBe("done");
  });

  it("never stops by itself unless told to, and for each rule it was told", () => {
    expect(plan().stop).toEqual({
      count: undefined,
      isPrefetchGiven: false,
      countedBy: "--count",
      keepsAll: false,
      idleMs: undefined,
      timeoutMs: undefined,
      untilEmpty: undefined,
      emptyQueue: "done",
      untilBody: undefined,
    });
    const argv = ["-n", "5", "--idle-timeout", "2", "--timeout", "1m", "--until-empty"];
    expect(plan(...argv, "--until-body", "quit").stop).toEqual({
      count: 5,
      keepsAll: false,
      isPrefetchGiven: false,
      countedBy: "--count",
      idleMs: 2000,
      timeoutMs: 60_000,
      untilEmpty: "--until-empty",
      emptyQueue: "done",
      untilBody: "quit",
    });
  });

  it.each([
    [[], "ack", undefined],
    [["--nack"], "reject", undefined],
    [["--reject"], "reject", undefined],
    [["--peek"], "leave", 256],
    [["--peek", "-n", "3"], "leave", 3],
    [["--nack", "--requeue"], "leave", 256],
    [["--reject", "--requeue", "--prefetch", "0"], "leave", 65_535],
  ])("%j: the verdict is %s, and no more than %s are taken", (argv, verdict, count) => {
    const { verdict: planned, stop } = plan(...argv);
    expect(planned).toBe(verdict);
    expect(stop.countedBy).toBe(
      count === undefined || argv.includes("-n") ? "--count" : "--prefetch",
    );
    expect(stop.count).toBe(count);
    expect(stop.untilEmpty !== undefined).toBe(verdict === "leave");
  });

  it("follows its other flags", () => {
    const argv = ["--lazy", "3", "--consumer-tag", "me", "--format", "raw", "--verbose"];
    expect(plan(...argv, "--summary", "json", "--grace", "1")).toMatchObject({
      lazyMs: 3000,
      subscription: { consumerTag: "me" },
      sink: { format: "raw", verbose: true },
      summary: "json",
      graceMs: 1000,
    });
  });

  it("accepts the sample's flags of a publisher without effect", () => {
    const sample = ["--mandatory", "--persistent", "--confirm", "--priority", "5"];
    expect(plan(...sample)).toEqual(plan());
  });

  it("may have the queue that the broker names", () => {
    expect(planCon(["-Q"])).toMatchObject({
      subscription: { queue: "" },
      topology: { queue: { name: "" } },
    });
  });

  it("needs no queue for --ping", () => {
    expect(planCon(["--ping"]).connection.targets).toHaveLength(1);
  });
});

describe("wrong use", () => {
  it.each([
    [[], "no queue to consume from\nhint: name one with -q QUEUE, or declare one with -Q"],
    [["-e", "x", "-E"], "no queue to consume from"],
    [["-q", "t", "-k", "x"], "--routing-key needs --bind-queue\nhint: a consumer's keys bind"],
    [["-q", "t", "-e", "x"], "--exchange needs --bind-queue or --create-exchange\nhint: messages"],
    [["-q", "t", "--get", "--lazy", "3"], "--get excludes --lazy"],
    [["-q", "t", "--ack-auto", "--peek"], "--ack-auto excludes --peek\nhint: a message is settled"],
    [["-q", "t", "--nack", "--reject"], "--nack excludes --reject"],
    [["-q", "t", "--nack", "--peek"], "--nack excludes --peek"],
    [["-q", "t", "--peek", "--lazy", "3"], "--peek excludes --lazy"],
    [["-q", "t", "--requeue"], "--requeue needs --nack or --reject\nhint: to show and put back"],
    [["-q", "t", "--ack-every", "5", "--nack"], "--ack-every excludes --nack"],
    [["-q", "t", "--ack-every", "5", "--ack-auto"], "--ack-every excludes --ack-auto"],
    [["-q", "t", "--get", "--consumer-tag", "x"], "--get excludes --consumer-tag"],
    [["-q", "t", "--shell", " "], '--shell "": expected a command'],
    [["-q", "t", "--"], "-- needs a command\nhint: a variable may be empty or unset"],
    [["-q", "t", "--", ""], "-- needs a command"],
    [["-q", "t", "--exec-timeout", "0", "--shell", "x"], '--exec-timeout "0": expected a duration'],
    [["-q", "t", "--save", ""], '--save "": expected the name of a folder'],
    [["-q", "t", "--offset-file", ""], '--offset-file "": expected the name of a file'],
    [["-q", "t", "--shell", "x", "--save", "d"], "a handler excludes --save"],
    [["-q", "t", "--forward", ":u", "--work", "1"], "--forward excludes --work"],
    [["-q", "q".repeat(250), "--retries", "1", "--shell", "x"], "too long for retries"],
    [["-q", "t", "-q", ""], '--queue "": expected a name beside other queues'],
    [["-q", "", "-q", "t"], '--queue "": expected a name beside other queues'],
    [
      ["-q", "t", "--peek", "--where", "true", "--on-mismatch", "ack"],
      "--peek excludes --on-mismatch ack\nhint: a look consumes nothing",
    ],
    [["-q", "t", "-q", "u", "--forward", ":u"], '--forward leads back to queue "u"'],
    [
      ["-q", "t", "-q", "u", "--dead-letter", ":u", "--shell", "x"],
      '--dead-letter leads back to queue "u"',
    ],
    [
      ["-q", "t", "-Q", "--message-ttl", "5", "--queue-message-ttl", "5"],
      "--message-ttl excludes --queue-message-ttl",
    ],
    [["-q", "t", "--cert", "x"], "--cert needs --key"],
    [["-q", "t", "--max-length", "5"], "--max-length needs --create-queue"],
  ])("%j is told", (argv, message) => {
    expect(wrongUse(() => planCon(argv))).toContain(message);
  });

  // What was acknowledged on arrival would be lost, and what was only to be looked at consumed.
  it.each(["AMQP_ACK_AUTO", "AMQP_PEEK", "AMQP_NACK"])("%s with a handler is told", (name) => {
    const env = { [name]: "true" };
    expect(wrongUse(() => planCon(["-q", "t", "--shell", "x"], env))).toMatch(
      /^a handler excludes --/,
    );
  });
});
