// What the flags of properties mean together.
import { describe, expect, it } from "vitest";
import { planPub, wrongUse } from "../support/plan.ts";

describe("properties", () => {
  it("are all there are", () => {
    const texts = ["content-type", "content-encoding", "correlation-id", "reply-to", "message-id"];
    const others = ["type", "app-id", "user-id"];
    const argv = [...texts, ...others].flatMap((flag) => [`--${flag}`, flag]);
    const numbers = ["--persistent", "--priority", "9", "--message-ttl", "1m"];
    expect(
      planPub([...argv, ...numbers, "--timestamp", "2026-01-01T00:00:00Z"]).properties,
    ).toEqual({
      contentType: "content-type",
      contentEncoding: "content-encoding",
      deliveryMode: 2,
      priority: 9,
      correlationId: "correlation-id",
      replyTo: "reply-to",
      expiration: "60000",
      messageId: "message-id",
      timestamp: 1767225600,
      type: "type",
      appId: "app-id",
      userId: "user-id",
    });
  });

  it("have typed headers, and lists of further keys", () => {
    const argv = ["-H", "a=5", "-H", "n:int=9007199254740993", "--header", "b:bool=true"];
    const keys = ["--cc", "one", "--cc", "two", "--bcc", "three"];
    expect(planPub([...argv, ...keys]).properties).toEqual({
      headers: {
        a: "5",
        n: { int: "9007199254740993" },
        b: true,
        CC: ["one", "two"],
        BCC: ["three"],
      },
    });
  });
});

describe("wrong use", () => {
  it.each([
    [["--timestamp", "soon"], '--timestamp "soon": expected a time such as 2026-01-01T00:00:00Z'],
    [
      ["--timestamp", "9".repeat(20)],
      '--timestamp "99999999999999999999": expected at most 18446744073709551615',
    ],
    [["--content-type", "x".repeat(256)], "longer than the 255 bytes that AMQP allows"],
    [["-H", "n:int=x"], '--header "n:int=x": expected a whole number'],
    [["-H", "n:int=9223372036854775808"], "expected a whole number from -9223372036854775808"],
    [["-H", "raw:bytes=*"], '--header "raw:bytes=*": expected base64'],
    [["-H", "j:json={"], '--header "j:json={": expected JSON'],
    [["-H", "x"], '--header "x": expected KEY=VALUE or KEY:TYPE=VALUE'],
    [
      ["-m", "x", "--cc", "a", "-H", 'CC:json=["b"]'],
      "--cc excludes a header CC (--header)\nhint: give all keys by --cc",
    ],
    [["-m", "x", "--bcc", "a", "-H", "BCC=b"], "--bcc excludes a header BCC (--header)"],
  ])("%j is told", (argv, message) => {
    expect(wrongUse(() => planPub(argv))).toContain(message);
  });
});
