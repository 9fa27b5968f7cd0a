// What the flags of handlers and forwarding mean together.
import { describe, expect, it } from "vitest";
import { planCon, wrongUse } from "../support/plan.ts";

describe("wrong use", () => {
  it.each([
    [["-q", "t", "--shell", " "], '--shell "": expected a command'],
    [["-q", "t", "--"], "-- needs a command\nhint: a variable may be empty or unset"],
    [["-q", "t", "--", ""], "-- needs a command"],
    [["-q", "t", "--exec-timeout", "0", "--shell", "x"], '--exec-timeout "0": expected a duration'],
    [["-q", "t", "--shell", "x", "--save", "d"], "a handler excludes --save"],
    [["-q", "t", "--forward", ":u", "--work", "1"], "--forward excludes --work"],
    [["-q", "q".repeat(250), "--retries", "1", "--shell", "x"], "too long for retries"],
    [["-q", "t", "--forward", "e", "--channel-max", "1"], "--channel-max 1 excludes --forward"],
    [
      ["-q", "t", "--shell", "x", "--channel-max", "1"],
      "--channel-max 1 excludes a handler\nhint: messages come on one channel and are passed on by another",
    ],
    [["-q", "t", "-q", "u", "--forward", ":u"], '--forward leads back to queue "u"'],
    [
      ["-q", "t", "-q", "u", "--dead-letter", ":u", "--shell", "x"],
      '--dead-letter leads back to queue "u"',
    ],
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
