// What the flags of taking messages mean together: which messages, how they are settled, and until when.
import { describe, expect, it } from "vitest";
import { planCon, wrongUse } from "../support/plan.ts";

const plan = (...argv: readonly string[]) => planCon(["-q", "t", ...argv]);

describe("the subscription", () => {
  it("is bounded and acknowledges unless told otherwise", () => {
    expect(plan()).toMatchObject({
      subscription: { queue: "t", prefetch: 256, ackOnArrival: false, ackEvery: 1 },
      verdict: "ack",
      intake: "subscription",
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

  it("acknowledges no more together than may be in hand", () => {
    expect(plan("--ack-every", "50", "-n", "7").subscription.ackEvery).toBe(7);
    expect(plan("--ack-every", "50").subscription.ackEvery).toBe(50);
  });

  it("fetches one message with --get, or as many as --count says", () => {
    expect(plan("--get")).toMatchObject({ intake: "get", stop: { count: 1 } });
    expect(plan("--get", "-n", "7")).toMatchObject({ intake: "get", stop: { count: 7 } });
    const putBack = { count: 1, countedBy: "--count" };
    expect(plan("--get", "--peek").stop).toMatchObject(putBack);
    expect(plan("--get", "--nack", "--requeue", "--prefetch", "9").stop).toMatchObject(putBack);
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
});

describe("wrong use", () => {
  it.each([
    [["-q", "t", "--ack-auto", "--peek"], "--ack-auto excludes --peek\nhint: a message is settled"],
    [["-q", "t", "--nack", "--reject"], "--nack excludes --reject"],
    [["-q", "t", "--nack", "--peek"], "--nack excludes --peek"],
    [["-q", "t", "--requeue"], "--requeue needs --nack or --reject\nhint: to show and put back"],
    [["-q", "t", "--ack-every", "5", "--nack"], "--ack-every excludes --nack"],
    [["-q", "t", "--ack-every", "5", "--ack-auto"], "--ack-every excludes --ack-auto"],
    [["-q", "t", "--get", "--consumer-tag", "x"], "--get excludes --consumer-tag"],
    [["-q", "t", "--offset-file", ""], '--offset-file "": expected the name of a file'],
    [["-q", "t", "--get", "--lazy", "3"], "--get excludes --lazy"],
    [["-q", "t", "--peek", "--lazy", "3"], "--peek excludes --lazy"],
    [
      ["-q", "t", "--peek", "--where", "true", "--on-mismatch", "ack"],
      "--peek excludes --on-mismatch ack\nhint: a look consumes nothing",
    ],
  ])("%j is told", (argv, message) => {
    expect(wrongUse(() => planCon(argv))).toContain(message);
  });
});
