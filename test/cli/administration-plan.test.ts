// Administration flags: what is to be done, in which order, and what makes no sense.
import { describe, expect, it } from "vitest";
import { planAdministration } from "../../src/cli/administration-plan.ts";
import { con, overridingTtl } from "../../src/cli/con.ts";
import { pub } from "../../src/cli/pub.ts";
import { parseCon, parsePub, wrongUse } from "../support/plan.ts";

/** What a command line plans; no word holds a blank. */
const plan = (words: string) => {
  const parsed = parseCon(words.split(" "));
  const keys = parsed.options.routingKey;
  return planAdministration(con, parsed, { keys, messageTtl: overridingTtl(parsed) });
};
const planPub = (words: string) => {
  const parsed = parsePub(words.split(" "));
  return planAdministration(pub, parsed, { keys: [parsed.options.routingKey ?? []].flat() });
};
const wrong = (words: string) => wrongUse(() => plan(words));

describe("administration", () => {
  it("is nothing unless asked for", () => {
    expect(plan("-q hello")).toBeUndefined();
    expect(planPub("-k hello -m x")).toBeUndefined();
  });

  it("is done in one order, whatever the order of the flags", () => {
    const acts = plan(
      "--delete-exchange --delete-queue --depth --purge --unbind -q q -e e -k a",
    )?.tasks.map(({ act }) => act);
    expect(acts).toEqual(["unbind", "purge", "depth", "delete-queue", "delete-exchange"]);
  });

  it("says what it is done to, and on which condition", () => {
    expect(plan("-q q --purge")?.tasks).toEqual([{ act: "purge", queue: "q" }]);
    expect(planPub("-q q --depth")?.tasks).toEqual([{ act: "depth", queue: "q" }]);
    expect(plan("-q q --delete-queue --if-empty")?.tasks).toEqual([
      { act: "delete-queue", queue: "q", ifEmpty: true, ifUnused: false },
    ]);
    expect(planPub("-e e --delete-exchange --if-unused")?.tasks).toEqual([
      { act: "delete-exchange", exchange: "e", ifUnused: true },
    ]);
  });

  it("counts as text, or as JSON where that is asked for", () => {
    expect(plan("-q q --depth")?.depthFormat).toBe("text");
    expect(plan("--depth -q q")?.depthFormat).toBe("text");
    expect(plan("-q q --depth=json")?.depthFormat).toBe("json");
  });

  it("unbinds what the same flags would have bound, and binds nothing", () => {
    const unbound = plan("-q q -e e -k a -k b --unbind --bind-header n:int=5");
    const binding = {
      to: "queue",
      destination: "q",
      source: "e",
      arguments: { n: 5 },
    };
    expect(unbound?.tasks).toEqual([
      { act: "unbind", binding: { ...binding, key: "a" } },
      { act: "unbind", binding: { ...binding, key: "b" } },
    ]);
    expect(unbound?.topology.bindings).toEqual([]);
    expect(planPub("-e e --bind-exchange s --unbind")?.tasks).toMatchObject([
      { binding: { to: "exchange", destination: "e", source: "s", key: "" } },
    ]);
  });

  it("may be to declare, and nothing else", () => {
    const declared = plan("-q q -Q --message-ttl 5 --declare-only");
    expect(declared?.tasks).toEqual([]);
    expect(declared?.topology.queue).toMatchObject({
      name: "q",
      arguments: { "x-message-ttl": 5 },
    });
    expect(plan("-q q -Q --passive --declare-only")?.topology.passive).toBe(true);
  });

  it("may declare from the command line of a worker", () => {
    expect(plan("-q q -Q --prefetch 1 --declare-only")?.tasks).toEqual([]);
  });

  it("cannot be asked for by variables: they would delete by accident", () => {
    const env = { AMQP_DELETE_QUEUE: "true", AMQP_PURGE: "true", AMQP_QUEUE: "q" };
    const parsed = parseCon([], env);
    expect(planAdministration(con, parsed, { keys: [] })).toBeUndefined();
  });
});

describe("wrong use of administration", () => {
  it.each([
    ["--purge", "--purge needs --queue\nhint: name it with -q QUEUE"],
    ["--depth", "--depth needs --queue\nhint: name it with -q QUEUE"],
    ["--delete-queue", "--delete-queue needs --queue\nhint: name it with -q QUEUE"],
    ["--delete-exchange", "--delete-exchange needs --exchange\nhint: name it with -e EXCHANGE"],
    ["--unbind -q q", "--unbind needs --exchange\nhint: name the exchange with -e EXCHANGE"],
    [
      "--unbind -e e",
      "--unbind needs --queue\nhint: name it with -q; to unbind an exchange from another, add --bind-exchange SOURCE",
    ],
    [
      "--unbind -e e -q q --bind-queue",
      "--unbind excludes --bind-queue\nhint: leave out --bind-queue",
    ],
    ["--if-empty -q q", "--if-empty needs --delete-queue\nhint: it is a condition of deleting"],
    [
      "--if-empty --delete-queue -q q --channel-max 1",
      "--channel-max 1 excludes --if-empty\nhint: whether the queue is a stream is asked on a channel of its own",
    ],
    [
      "--if-unused -q q --purge",
      "--if-unused needs --delete-queue or --delete-exchange\nhint: it is a condition of deleting",
    ],
    [
      "--if-empty -e e --delete-exchange",
      "--if-empty needs --delete-queue\nhint: it is a condition of deleting",
    ],
    [
      "--declare-only -q q",
      "--declare-only needs something to declare\nhint: add -Q, -E or --bind-queue",
    ],
    ["-q q -Q --delete-queue", "--delete-queue excludes --create-queue\nhint: leave out -Q"],
    [
      "-e e -E --delete-exchange",
      "--delete-exchange excludes --create-exchange\nhint: leave out -E",
    ],
    [
      "-q q --purge -k a",
      "--routing-key needs --bind-queue or --unbind\nhint: it is the binding's key",
    ],
    [
      "-q q --purge -- cat",
      "--purge excludes a handler\nhint: it neither sends nor takes messages",
    ],
    [
      "-q q --purge --forward :u",
      "--purge excludes --forward\nhint: it neither sends nor takes messages",
    ],
    [
      "-q q --depth --format json",
      "--depth excludes --format\nhint: --depth=json prints one line of JSON",
    ],
    [
      "-q q --purge --format json",
      "--purge excludes --format\nhint: it neither sends nor takes messages",
    ],
    ["-q q --purge --stats", "--purge excludes --stats\nhint: it neither sends nor takes messages"],
    [
      "-q q --unbind -e e --report r.html",
      "--unbind excludes --report\nhint: it neither sends nor takes messages",
    ],
    [
      "-q q --delete-queue --summary json",
      "--delete-queue excludes --summary\nhint: it neither sends nor takes messages",
    ],
    [
      "-q q --depth --verbose",
      "--depth excludes --verbose\nhint: it neither sends nor takes messages",
    ],
    [
      "-q q -Q --declare-only --report r.html",
      "--declare-only excludes --report\nhint: there are no messages to measure",
    ],
    ["--ping --stats", "--ping excludes --stats\nhint: there are no messages to measure"],
    ["-q q --depth --save d", "--depth excludes --save\nhint: it neither sends nor takes messages"],
    [
      "--ping --timeout 2",
      "--ping excludes --timeout\nhint: --connect-timeout and --wait limit it",
    ],
    ["-q q --dry-run --ping", "--dry-run excludes --ping\nhint: a dry run connects to nothing"],
    ["-q q --purge --ping", "--purge excludes --ping\nhint: one at a time"],
  ])("%s", (words, told) => {
    expect(wrong(words)).toBe(told);
  });

  it("is to ask for messages as well", () => {
    const hint = "\nhint: it neither sends nor takes messages";
    expect(wrong("-q q --purge -n 5")).toBe(`--purge excludes --count${hint}`);
    expect(wrong("-q q --depth --get")).toBe(`--depth excludes --get${hint}`);
    expect(wrongUse(() => planPub("-q q --delete-queue -m x"))).toBe(
      `--delete-queue excludes --message${hint}`,
    );
  });

  it("is not to have a flag that is only accepted, colours, or a variable about messages", () => {
    expect(plan("-q q --purge --persistent")?.tasks).toHaveLength(1);
    expect(plan("-q q --purge --color never")?.tasks).toHaveLength(1);
    const parsed = parseCon(["-q", "q", "--purge"], { AMQP_PREFETCH: "5", AMQP_STATS: "1" });
    expect(planAdministration(con, parsed, { keys: [] })?.tasks).toHaveLength(1);
  });
});
