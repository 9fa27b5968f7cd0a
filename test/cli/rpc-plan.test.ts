// What the flags of amqp-pub --rpc mean together.
import { describe, expect, it } from "vitest";
import { planAsking, planPub, wrongUse } from "../support/plan.ts";

const target = ["-k", "sums"];

describe("a request", () => {
  it("is one reply within 10 s, unless said otherwise", () => {
    const { request, jobs, sink } = planAsking(target);
    expect({ request, jobs, sink }).toEqual({
      request: { replies: 1, timeoutMs: 10_000, ownQueue: false },
      jobs: 1,
      sink: { format: "text", verbose: false, folder: undefined },
    });
    const words = ["--replies", "0", "--timeout", "2", "--reply-queue", "--jobs", "4"];
    expect(planAsking([...target, ...words])).toMatchObject({
      request: { replies: 0, timeoutMs: 2000, ownQueue: true },
      jobs: 4,
    });
  });

  it("expires when nobody waits for its reply any longer, unless --message-ttl says when", () => {
    expect(planAsking([...target, "--timeout", "2"]).properties.expiration).toBe("2000");
    expect(planAsking([...target, "--message-ttl", "5s"]).properties.expiration).toBe("5000");
  });

  it("may have a correlation-id where there is one", () => {
    const { properties } = planAsking([...target, "-f", "a", "--correlation-id", "c"]);
    expect(properties.correlationId).toBe("c");
  });

  it("is sent as any message", () => {
    const { exchange, routingKey, source } = planPub([...target, "-m", "1 + 2"]);
    expect(planAsking([...target, "-m", "1 + 2"])).toMatchObject({ exchange, routingKey, source });
  });
});

describe("wrong use", () => {
  it.each([
    [["--reply-to", "q"], "--rpc excludes --reply-to\nhint: replies come to this program"],
    [
      ["--correlation-id", "c", "-f", "a", "b"],
      '--rpc excludes --correlation-id "c" for several messages',
    ],
    [
      ["--confirm-window", "5"],
      "--rpc excludes --confirm-window\nhint: every request is confirmed; --jobs says how many",
    ],
    [
      ["--confirm", "--confirm-timeout", "5"],
      "--rpc excludes --confirm-timeout\nhint: every request is confirmed; --timeout says how long",
    ],
    [
      ["--nack-retries", "0"],
      "--rpc excludes --nack-retries\nhint: what the broker refuses is sent again until --timeout",
    ],
    [["--latency-header"], "--rpc excludes --latency-header\nhint: --stats and --report show the"],
  ])("%j is told", (argv, message) => {
    expect(wrongUse(() => planAsking([...target, ...argv]))).toContain(message);
  });

  it.each([["--replies"], ["--timeout"], ["--jobs"]])("%s without --rpc is told", (flag) => {
    expect(wrongUse(() => planPub([...target, flag, "1"]))).toContain(
      `${flag} needs --rpc\nhint: without it nothing is awaited`,
    );
  });
});

describe("what changes nothing is accepted", () => {
  it.each([["--mandatory"], ["--confirm"], ["--quiet"]])("%s", (flag) => {
    expect(planAsking([...target, flag])).toEqual(planAsking(target));
  });

  it("where it is not typed", () => {
    const env = {
      AMQP_CONFIRM: "true",
      AMQP_CONFIRM_WINDOW: "5",
      AMQP_NACK_RETRIES: "0",
      AMQP_LATENCY_HEADER: "true",
    };
    expect(planAsking(target, env)).toEqual(planAsking(target));
  });
});
