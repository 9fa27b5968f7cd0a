// Names of queues and exchanges: the broker drops CR and LF from them when it declares.
import { describe, expect, it } from "vitest";
import { parseCon, parsePub, planCon, planPub, wrongUse } from "../support/plan.ts";

const refusal = (flag: string): string =>
  [
    `${flag} "a\r": holds CR or LF, which no queue and no exchange has in its name`,
    String.raw`hint: it may come from a file: tr -d '\r\n' takes line ends away`,
  ].join("\n");

describe("a name with a line end is refused", () => {
  const inBoth = [
    "--queue",
    "--exchange",
    "--alternate-exchange",
    "--dead-letter-exchange",
    "--bind-exchange",
  ];

  it.each(inBoth)("%s", (flag) => {
    expect(wrongUse(() => parsePub([flag, "a\r"]))).toBe(refusal(flag));
    expect(wrongUse(() => parseCon([flag, "a\r"]))).toBe(refusal(flag));
    expect(wrongUse(() => parseCon([flag, "a\nb"]))).toContain(`${flag} "a\nb": holds CR or LF`);
  });

  it("among several queues, and from a variable", () => {
    expect(wrongUse(() => parseCon(["-q", "b", "-q", "a\r", "-q", "c"]))).toBe(refusal("--queue"));
    expect(wrongUse(() => parseCon([], { AMQP_QUEUE: "b\na\r" }))).toBe(refusal("AMQP_QUEUE"));
  });

  it.each(["--forward", "--dead-letter"])("as the target of %s", (flag) => {
    const argv = ["-q", "q", ...(flag === "--forward" ? [] : ["--shell", "cat"]), flag];
    expect(wrongUse(() => planCon([...argv, ":a\r"]))).toBe(refusal(flag));
    expect(wrongUse(() => planCon([...argv, "a\r"]))).toBe(refusal(flag));
    expect(wrongUse(() => planCon([...argv, "a\r:key"]))).toBe(refusal(flag));
  });

  it("as a key that can only be the name of a queue", () => {
    expect(wrongUse(() => planPub(["-k", "a\r"]))).toBe(refusal("--routing-key"));
    expect(wrongUse(() => planPub(["--cc", "b", "--cc", "a\r"]))).toBe(refusal("--cc"));
    expect(wrongUse(() => planPub(["-k", "b", "--bcc", "a\r"]))).toBe(refusal("--bcc"));
    const argv = ["-Q", "-q", "q", "--dead-letter-exchange", "", "--dead-letter-routing-key"];
    expect(wrongUse(() => planCon([...argv, "a\r"]))).toBe(refusal("--dead-letter-routing-key"));
  });
});

describe("a key may have a line end", () => {
  it("in messages and bindings of an exchange", () => {
    expect(planPub(["-e", "x", "-k", "a\r", "--cc", "a\r"]).routingKey).toBe("a\r");
    expect(planPub(["--json", "-k", "a\r"]).routingKey).toBe("a\r");
    const argv = ["-e", "x", "-q", "q", "--bind-queue", "-k", "a\r\n"];
    expect(planCon(argv).topology.bindings).toMatchObject([{ key: "a\r\n" }]);
  });

  it("where messages are passed on to an exchange", () => {
    expect(planCon(["-q", "q", "--forward", "x:a\r"]).forward).toEqual({
      exchange: "x",
      routingKey: "a\r",
    });
    const argv = ["-Q", "-q", "q", "--dead-letter-exchange", "x", "--dead-letter-routing-key"];
    expect(planCon([...argv, "a\r"]).topology.queue?.arguments).toMatchObject({
      "x-dead-letter-routing-key": "a\r",
    });
  });
});
