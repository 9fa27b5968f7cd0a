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

describe("a run", () => {
  it("shows messages as text, and waits 10 s for its end, unless told otherwise", () => {
    expect(plan()).toMatchObject({
      lazyMs: undefined,
      sink: { format: "text", verbose: false },
      graceMs: 10_000,
    });
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

describe("a single active consumer", () => {
  const declared = ["-Q", "--queue-type", "quorum", "--single-active-consumer"];

  it.each([
    [[], true],
    [["--delivery-limit", "10"], true],
    [["--delivery-limit", "9"], false],
    [["--queue-arg", "x-delivery-limit:int=9"], false],
    [["--queue-arg", 'x-delivery-limit:json={"int8":"9"}'], false],
    [["--queue-arg", "x-delivery-limit:int=-1"], true],
    [["--queue-arg", 'x-delivery-limit:json={"int":"-1"}'], true],
    [["--get"], false],
  ])("with %j keeps the order when it stops: %j", (argv, keepsOrder) => {
    expect(plan(...declared, ...argv).subscription.handsOver).toBe(keepsOrder);
  });
});

describe("wrong use", () => {
  it.each([
    [[], "no queue to consume from\nhint: name one with -q QUEUE, or declare one with -Q"],
    [["-e", "x", "-E"], "no queue to consume from"],
    [["-q", "t", "-k", "x"], "--routing-key needs --bind-queue\nhint: a consumer's keys bind"],
    [["-q", "t", "-e", "x"], "--exchange needs --bind-queue or --create-exchange\nhint: messages"],
    [["-q", "t", "--save", ""], '--save "": expected the name of a folder'],
    [["-q", "t", "-q", ""], '--queue "": expected a name beside other queues'],
    [["-q", "", "-q", "t"], '--queue "": expected a name beside other queues'],
    [
      ["-q", "t", "-Q", "--message-ttl", "5", "--queue-message-ttl", "5"],
      "--message-ttl excludes --queue-message-ttl",
    ],
    [["-q", "t", "--cert", "x"], "--cert needs --key"],
    [["-q", "t", "--max-length", "5"], "--max-length needs --create-queue"],
  ])("%j is told", (argv, message) => {
    expect(wrongUse(() => planCon(argv))).toContain(message);
  });
});
