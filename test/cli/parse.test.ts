// How words become options: abbreviations, clusters, values that look like flags, the environment, and wrong use.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCon, parsePub, wrongUse } from "../support/plan.ts";

describe("long flags", () => {
  it("may be abbreviated", () => {
    expect(parsePub(["--nb-message", "3"]).options.nbMessages).toBe(3);
    expect(parsePub(["--nb=3"]).options.nbMessages).toBe(3);
    expect(parsePub(["--confirm-w", "5"]).options.confirmWindow).toBe(5);
  });

  it("mean themselves when they are also the beginning of others", () => {
    const { options } = parsePub(["--confirm", "--message", "hi"]);
    expect(options.confirm).toBe(true);
    expect(options.message).toBe("hi");
  });

  it("list the candidates when an abbreviation is ambiguous", () => {
    expect(wrongUse(() => parsePub(["--conf"]))).toBe(
      "--conf is ambiguous\nhint: it could be --confirm, --confirm-window, --confirm-timeout, --config",
    );
    expect(wrongUse(() => parsePub(["--conf=x"]))).toContain("--conf is ambiguous");
  });

  it("fit flags of the sample without effect, too", () => {
    expect(parseCon(["--mand"]).options.mandatory).toBe(true);
    expect(wrongUse(() => parsePub(["--ver"]))).toContain("--ver is ambiguous");
  });

  it("take their value after a blank or an equals sign", () => {
    expect(parsePub(["--message=a=b"]).options.message).toBe("a=b");
    expect(parsePub(["--message="]).options.message).toBe("");
    expect(parsePub(["--message", ""]).options.message).toBe("");
  });
});

describe("short flags", () => {
  it("may stand together, the last with its value", () => {
    const { options } = parseCon(["-QEq", "hello", "-elogs", "-n3"]);
    expect(options).toMatchObject({
      createQueue: true,
      createExchange: true,
      queue: ["hello"],
      exchange: "logs",
      count: 3,
    });
  });

  it("take a value that looks like a flag", () => {
    expect(parsePub(["-m", "--confirm"]).options).toMatchObject({
      message: "--confirm",
      confirm: false,
    });
    expect(parsePub(["-Qm", "-m"]).options).toMatchObject({ createQueue: true, message: "-m" });
    expect(parsePub(["-m", "--"]).options.message).toBe("--");
    expect(parsePub(["-m", "--nb", "-k", "--conf"]).options).toMatchObject({
      message: "--nb",
      routingKey: "--conf",
    });
  });
});

describe("values", () => {
  it("reach the program as they were typed, whatever they look like", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.boolean(), (value, isShort) => {
        const argv = isShort ? ["-m", value, "--confirm"] : [`--message=${value}`, "--confirm"];
        expect(parsePub(argv).options).toMatchObject({ message: value, confirm: true });
      }),
    );
  });

  it("of a repeated flag: the last wins, or all are kept in order", () => {
    expect(parsePub(["-k", "a", "-k", "b"]).options.routingKey).toBe("b");
    expect(parseCon(["-k", "a", "--routing-key=b", "-k", ""]).options.routingKey).toEqual([
      "a",
      "b",
      "",
    ]);
  });

  it("of -f and -l go on until the next flag", () => {
    expect(parsePub(["-f", "a", "b", "-", "-k", "x", "-f", "c"]).options).toMatchObject({
      file: ["a", "b", "-", "c"],
      routingKey: "x",
    });
    expect(parsePub(["-k", "x", "-l"]).options.lines).toEqual(["-"]);
    expect(parsePub(["-l", "a", "b", "--quiet"]).options).toMatchObject({
      lines: ["a", "b"],
      quiet: true,
    });
  });

  it("are no part of the options after --", () => {
    const parsed = parsePub(["-f", "a", "--", "-k", "b"]);
    expect(parsed.options).toMatchObject({ file: ["a"], routingKey: undefined });
    expect(parsed.operands).toEqual(["-k", "b"]);
  });
});

describe("wrong use", () => {
  it.each([
    [["--queu"], "--queu is ambiguous"],
    [["--conf", "x"], "--conf is ambiguous\nhint: it could be "],
    [
      ["--server-name", "amqp://h"],
      '--server-name "amqp://h": expected a host alone; a URL belongs to --url',
    ],
    [["--max-outage", "never"], "2m or 1h, or forever"],
    [
      ["--password=hunter2"],
      "--password is never typed: other users of this machine could read its value\nhint: put the password into AMQP_PASSWORD, or into a file: --password-file",
    ],
    [["--password", "hunter2"], "--password is never typed"],
    [["--pass", "x"], "hint: it could be --passive, --password-file, --passphrase-file"],
    [["--roting-key", "x"], "unknown flag --roting-key\nhint: did you mean --routing-key?"],
    [["-Z"], "unknown flag -Z\nhint: amqp-con --help-all lists every flag"],
    [["--zzzzzz"], "unknown flag --zzzzzz\nhint: amqp-con --help-all lists every flag"],
    [["-q"], "--queue needs a value\nhint: amqp-con --help-all explains every flag"],
    [["-Qq"], "--queue needs a value"],
    [["--prefetch"], "--prefetch needs a value"],
    [["hello"], 'unexpected argument "hello"\nhint: every value belongs to a flag; a queue is'],
    [["-q", "a", "b"], 'unexpected argument "b"'],
    [["--get=yes"], '--get takes no value\nhint: leave out "=yes"'],
    [["--prefetch", "-1"], '--prefetch "-1": expected a whole number from 0 to 65535'],
    [["--prefetch", "1.5"], '--prefetch "1.5": expected a whole number'],
    [["-n", "0"], '--count "0": expected a whole number, 1 or more'],
    [["--format", "xml"], '--format "xml": expected one of text, body, raw'],
    [["--lazy", "soon"], '--lazy "soon": expected a duration such as'],
    [["--queue-ttl", "soon"], '--queue-ttl "soon": expected a duration such as 500, 250ms'],
    [["--frame-max", "4096"], '--frame-max "4096": expected a whole number from 8192'],
    [["--connect-timeout", "0"], '--connect-timeout "0": expected a duration longer than 0'],
    [["--heartbeat", "0.5"], '--heartbeat "0.5": expected whole seconds'],
    [
      ["--queue-ttl", "0.5"],
      '--queue-ttl "0.5": a plain number means milliseconds; for 0.5 s write 0.5s',
    ],
    [["--queue-ttl", "0.4ms"], '--queue-ttl "0.4ms": expected whole milliseconds'],
    [["--queue-ttl", "0"], '--queue-ttl "0": expected 1 to 4294967295 milliseconds'],
    [["-q", "ö".repeat(128)], `--queue "${"ö".repeat(128)}": longer than the 255 bytes`],
    [
      ["--queue-arg", "a=1", "--queue-arg", "n:int=x", "--queue-arg", "b=2"],
      '--queue-arg "n:int=x": expected a whole number',
    ],
  ])("%j is told", (argv, message) => {
    expect(wrongUse(() => parseCon(argv))).toContain(message);
  });

  it("names no value of a flag that holds a secret", () => {
    const cases = [
      ["--userpas=bob:hunter2", "--conf"],
      ["--userpaas=bob:hunter2"],
      ["--urll=amqp://bob:hunter2@host"],
      ["--user=bob:hunter2"],
    ];
    for (const argv of cases) expect(wrongUse(() => parsePub(argv))).not.toContain("hunter2");
  });
});

describe("the environment", () => {
  it("sets what was not typed", () => {
    const { options, origin } = parsePub(["-k", "typed"], {
      AMQP_ROUTING_KEY: "environment",
      AMQP_VHOST: "environment",
    });
    expect(options).toMatchObject({ routingKey: "typed", vhost: "environment", exchange: "" });
    expect([origin("routingKey"), origin("vhost"), origin("exchange")]).toEqual([
      "flag",
      "environment",
      "default",
    ]);
  });

  it.each(["true", "1", "yes", "on", "TRUE"])("switches a toggle on by %s", (word) => {
    expect(parsePub([], { AMQP_CONFIRM: word }).options.confirm).toBe(true);
  });

  it.each(["false", "0", "no", "off", "False"])("leaves a toggle off by %s", (word) => {
    expect(parsePub([], { AMQP_CONFIRM: word }).options.confirm).toBe(false);
  });

  it("counts as not set when it is empty", () => {
    const env = { AMQP_CONFIRM: "", AMQP_NB_MESSAGES: "", AMQP_VHOST: "" };
    const { options, origin } = parsePub([], env);
    expect(options).toMatchObject({ confirm: false, nbMessages: 1, vhost: "/" });
    expect(origin("vhost")).toBe("default");
  });

  it("gives a repeatable flag one value a line", () => {
    expect(parseCon([], { AMQP_ROUTING_KEY: "a\nb c\n" }).options.routingKey).toEqual(["a", "b c"]);
    expect(parsePub([], { AMQP_FILE: "a b\nc" }).options.file).toEqual(["a b", "c"]);
    expect(parsePub([], { AMQP_QUEUE_ARG: "a=1\nn:int=2" }).options.queueArg).toEqual({
      a: "1",
      n: 2,
    });
  });

  it("switch on, or leave off, what may be typed without a value", () => {
    expect(parsePub([], { AMQP_LINES: "true" }).options.lines).toEqual(["-"]);
    expect(parsePub([], { AMQP_LINES: "a\ntrue" }).options.lines).toEqual(["a", "true"]);
    const { options, origin } = parsePub([], { AMQP_LINES: "false", AMQP_STATS: "false" });
    expect(options).toMatchObject({ lines: undefined, stats: undefined });
    expect(origin("lines")).toBe("default");
    expect(parsePub([], { AMQP_DRY_RUN: "1" }).options.dryRun).toBe("text");
    expect(parsePub([], { AMQP_DRY_RUN: "off" }).options.dryRun).toBeUndefined();
    expect(parsePub([], { AMQP_STATS: "TRUE" }).options.stats).toBe(1000);
    expect(parsePub([], { AMQP_STATS: "yes" }).options.stats).toBe(1000);
    expect(parsePub([], { AMQP_STATS: "no" }).options.stats).toBeUndefined();
    expect(() => parsePub([], { AMQP_STATS: "often" })).toThrow('AMQP_STATS "often"');
    expect(parsePub([], { AMQP_LINES: "1", AMQP_STATS: "2" }).options).toMatchObject({
      lines: ["1"],
      stats: 2000,
    });
    const texts = new Map([["stats", ["true"]]]);
    const profile = { name: "p", file: "f", texts };
    expect(parsePub([], {}, profile).options.stats).toBe(1000);
    expect(parsePub([], { AMQP_STATS: "false" }, profile).options.stats).toBeUndefined();
  });

  it("are blamed for what they set, and nothing that somebody wrote is", () => {
    const { blame } = parsePub(["--vhost", "v"], { AMQP_FILE: "/x", AMQP_VHOST: "w" });
    expect(blame('--file "--file": no such file; leave out --file, or --vhost')).toBe(
      'AMQP_FILE "--file": no such file; leave out AMQP_FILE, or --vhost',
    );
    expect(blame('--file "a "--file"": no; or add --file NAME')).toBe(
      'AMQP_FILE "a "--file"": no; or add --file NAME',
    );
  });

  it("is named when its value is wrong", () => {
    expect(wrongUse(() => parsePub([], { AMQP_NB_MESSAGES: "many" }))).toBe(
      'AMQP_NB_MESSAGES "many": expected a whole number, 0 or more',
    );
    expect(wrongUse(() => parsePub([], { AMQP_CONFIRM: "maybe" }))).toBe(
      'AMQP_CONFIRM "maybe": expected true or false',
    );
  });

  it("asks for no help, and sets nothing that this binary only accepts", () => {
    const env = { AMQP_VERSION: "0-9-1", AMQP_HELP: "1", AMQP_PING: "1", AMQP_MANDATORY: "maybe" };
    expect(parseCon([], env).options).toMatchObject({
      version: false,
      help: false,
      ping: false,
      mandatory: false,
    });
  });
});
