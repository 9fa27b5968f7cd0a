// What --stats, --report and --latency-header mean, and what a report tells of the command line.
import { describe, expect, it } from "vitest";
import { con } from "../../src/cli/con.ts";
import { planMeasure } from "../../src/cli/measure-plan.ts";
import { pub } from "../../src/cli/pub.ts";
import { parseCon, parsePub, planPub, wrongUse } from "../support/plan.ts";

const plan = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  planMeasure("publisher", pub.flags, parsePub(argv, env), true);

describe("--stats", () => {
  it.each([
    [[], undefined],
    [["--stats"], 1000],
    [["--stats", "0.5"], 500],
    [["--stats=2m"], 120_000],
  ])("%j: every %s ms", (argv, ms) => {
    expect(plan(argv).statsMs).toBe(ms);
  });

  it("may stand in the environment", () => {
    expect(plan([], { AMQP_STATS: "5" }).statsMs).toBe(5000);
  });

  it.each(["0", "0.05", "2d", "often"])("%s is told", (value) => {
    expect(wrongUse(() => plan(["--stats", value]))).toMatch(
      new RegExp(`^--stats "${value}": expected`),
    );
  });
});

describe("--report", () => {
  it("names a file", () => {
    expect(plan(["--report", "a.html"]).report).toBe("a.html");
  });

  it("is not standard output, which carries messages", () => {
    expect(wrongUse(() => plan(["--report", "-"]))).toBe(
      '--report "-" is no file\nhint: standard output carries messages only',
    );
  });
});

describe("--latency-header", () => {
  it("is off unless asked for", () => {
    expect(planPub(["-m", "x"]).latencyHeader).toBe(false);
    expect(planPub(["-m", "x", "--latency-header"]).latencyHeader).toBe(true);
  });
});

describe("the settings of a report", () => {
  it("are what was given, with its origin; not what is a default", async () => {
    const settings = await plan(["-k", "tasks", "--confirm"], { AMQP_VHOST: "v" }).settings();
    expect(settings).toEqual([
      { name: "--routing-key", value: "tasks", origin: "flag" },
      { name: "--confirm", value: "true", origin: "flag" },
      { name: "--vhost", value: "v", origin: "environment" },
    ]);
  });

  it("hold no secret", async () => {
    const argv = [
      "-m",
      "x",
      "--userpass",
      "alice:s3cret",
      "-u",
      "amqp://bob:s3cret@host/v?a=s3cret",
    ];
    const settings = await plan(argv, { AMQP_PASSWORD: "s3cret" }).settings();
    expect(settings).toEqual([
      { name: "--message", value: "x", origin: "flag" },
      { name: "--url", value: "amqp://bob:***@host/v", origin: "flag" },
      { name: "--userpass", value: "alice:***", origin: "flag" },
      { name: "--password", value: "***", origin: "environment" },
    ]);
  });

  it("name every value of a list, and the program that is run without its arguments", async () => {
    const parsed = parseCon(["-q", "t", "-k", "a", "-k", "b", "--", "wc", "-l"]);
    const settings = await planMeasure("consumer", con.flags, parsed, true).settings();
    expect(settings.map(({ name, value }) => [name, value])).toEqual([
      ["--queue", "t"],
      ["--routing-key", "a, b"],
      ["--", "wc …"],
    ]);
  });
});
