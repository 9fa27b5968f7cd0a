// What the flags of input and properties mean together.
import { describe, expect, it } from "vitest";
import { readEscapes } from "../../src/cli/escapes.ts";
import { planPub, wrongUse } from "../support/plan.ts";

const source = (...argv: readonly string[]) => planPub(argv).source;
const numbered = (...argv: readonly string[]) => planPub([...argv, "--confirm"]).publisher.numbered;
const warnings = (...argv: readonly string[]) => planPub(argv).warnings;
const newline = Buffer.from("\n");

describe("lines", () => {
  it("end with a newline, with anything, or with a NUL", () => {
    const lines = {
      kind: "lines",
      flag: "--lines",
      paths: ["-"],
      keyDelimiter: undefined,
      what: "each line as a message",
      brings: "body",
      skippable: true,
    };
    expect(source("-l")).toEqual({ ...lines, delimiter: newline });
    expect(source("-l", "--delimiter", "\\r\\n→")).toEqual({
      ...lines,
      delimiter: Buffer.from("\r\n→"),
    });
    expect(source("-l", "-0")).toEqual({ ...lines, delimiter: Buffer.of(0) });
    expect(source("-0l", "a")).toEqual({ ...lines, paths: ["a"], delimiter: Buffer.of(0) });
  });

  it("may have a key before them", () => {
    expect(source("-l", "--key-delimiter", "\\t")).toMatchObject({
      keyDelimiter: Buffer.from("\t"),
      brings: "key",
    });
  });

  it("a delimiter that was typed beats -0 in the environment", () => {
    const plan = planPub(["-l", "--delimiter", ";"], { AMQP_NULL: "true" });
    expect(plan.source).toMatchObject({ delimiter: Buffer.from(";") });
  });
});

describe("escapes", () => {
  it("stand for the characters that are hard to type, and for any byte", () => {
    expect(readEscapes("a\\n\\t\\r\\0\\\\\\xfF\\x41é")).toEqual(
      Buffer.concat([Buffer.from("a\n\t\r\0\\"), Buffer.of(0xff, 0x41), Buffer.from("é")]),
    );
  });

  it.each([
    ["", "expected one character at least"],
    ["\\q", '"\\q" is no escape; there are \\n, \\t, \\r, \\0, \\xNN and \\\\'],
    ["a\\", '"\\" is no escape'],
    ["\\x4", '"\\x" is no escape'],
  ])("%j is refused", (text, message) => {
    expect(wrongUse(() => planPub(["-l", "--delimiter", text]))).toContain(
      `--delimiter "${text}": ${message}`,
    );
  });
});

describe("records", () => {
  it("come from stdin, from files, or from a folder, which has its recorded gaps unless told otherwise", () => {
    const facts = { what: "each record as a message", brings: "record", skippable: true };
    const records = { kind: "records", flag: "--json", paths: ["-"], ...facts, toOrigin: false };
    const saved = { ...records, kind: "directory", flag: "--from-dir", paths: [], folder: "dump" };
    expect(source("--json")).toEqual({ ...records, speed: 0 });
    expect(source("--json", "a", "b", "--speed", "1.5", "--to-origin")).toEqual({
      ...records,
      paths: ["a", "b"],
      toOrigin: true,
      speed: 1.5,
    });
    expect(source("--from-dir", "dump")).toEqual({ ...saved, speed: 1 });
    expect(source("--from-dir", "dump", "--speed", "0")).toEqual({ ...saved, speed: 0 });
  });

  it("get no message-id from --confirm, as other messages do", () => {
    expect(numbered("-k", "x")).toBe(true);
    expect(numbered("--json")).toBe(false);
    expect(numbered("--from-dir", "dump")).toBe(false);
    expect(planPub(["-k", "x"]).publisher.numbered).toBe(false);
  });

  it("have their own keys, so that none is missed", () => {
    expect(warnings("--json")).toEqual([]);
    expect(warnings("--from-dir", "dump")).toEqual([]);
    expect(warnings("-l", "--key-delimiter", ":")).toEqual([]);
    expect(warnings("-l")).toHaveLength(1);
  });
});

describe("bad input", () => {
  it.each([["-m", "x"], ["-f", "x"], ["-l"], ["--json"], ["--from-dir", "x"]])(
    "of %s may be skipped where --on-bad-record may be given",
    (...argv) => {
      const skip = [...argv, "--on-bad-record", "skip"];
      if (source(...argv).skippable) expect(planPub(skip).onBadRecord).toBe("skip");
      else expect(wrongUse(() => planPub(skip))).toContain("excludes --on-bad-record");
    },
  );
});

describe("standard input", () => {
  it.each([["-m", "-"], ["-f", "-"], ["-l"], ["-l", "x", "-"], ["--json"]])(
    "is read by %s %s, so that no password is",
    (...argv) => {
      const password = ["--password-file", "-"];
      expect(wrongUse(() => planPub([...argv, ...password]))).toContain(
        "--password-file - excludes",
      );
    },
  );

  it.each([
    ["-m", "x"],
    ["-f", "x"],
    ["--json", "x"],
    ["--from-dir", "-"],
  ])("is not read by %s %s", (...argv) => {
    expect(source(...argv).paths).not.toContain("-");
  });
});

describe("what is done to messages", () => {
  it("is nothing unless asked for", () => {
    const { shape, onBadRecord } = planPub(["-k", "x"]);
    expect(shape).toEqual({ rate: undefined, template: false, compress: undefined, stamps: [] });
    expect(onBadRecord).toBe("stop");
  });

  it("follows the flags", () => {
    const argv = ["-l", "--rate", "0.5", "--template", "--compress", "br"];
    const stamps = ["--message-id", "auto", "--timestamp", "now", "--on-bad-record", "skip"];
    const { shape, onBadRecord, properties } = planPub([...argv, ...stamps]);
    expect(shape).toEqual({
      rate: 0.5,
      template: true,
      compress: "br",
      stamps: ["messageId", "timestamp"],
    });
    expect({ onBadRecord, properties }).toEqual({ onBadRecord: "skip", properties: {} });
  });
});

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
    [
      ["--json", "--from-dir", "x"],
      "--json excludes --from-dir\nhint: one source of messages at a time",
    ],
    [["-l", "--from-dir", "x"], "--lines excludes --from-dir"],
    [["--json", "-", "-"], "stdin (-) is named twice"],
    [
      ["--json", "--nb-messages", "2"],
      "--json excludes --nb-messages\nhint: it belongs to -m and -f",
    ],
    [["--from-dir", "x", "--interval", "2"], "--from-dir excludes --interval"],
    [
      ["--json", "--template"],
      "--json excludes --template\nhint: it belongs to -m, -f and --lines",
    ],
    [["--delimiter", ";"], "--delimiter needs --lines\nhint: it belongs to --lines"],
    [["--json", "-0"], "--json excludes --null"],
    [["-m", "x", "--key-delimiter", ";"], "--message excludes --key-delimiter"],
    [["--speed", "2"], "--speed needs --json or --from-dir"],
    [["-l", "--to-origin"], "--lines excludes --to-origin"],
    [["-m", "x", "--on-bad-record", "skip"], "--message excludes --on-bad-record"],
    [
      ["-l", "-0", "--delimiter", ";"],
      "--null excludes --delimiter\nhint: both say what ends a line",
    ],
    [
      ["--compress", "gzip", "--content-encoding", "gzip"],
      "--compress excludes --content-encoding\nhint: it sets the content-encoding itself",
    ],
    [["--json", "--speed", "-1"], '--speed "-1": expected a number, 0 or more'],
    [["--rate", "0"], '--rate "0": expected a number, more than 0'],
    [["--rate", "fast"], '--rate "fast": expected a number'],
    [["--compress", "zip"], '--compress "zip": expected one of gzip, deflate, br'],
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
  ])("%j: %s", (argv, message) => {
    expect(wrongUse(() => planPub(argv))).toContain(message);
  });
});
