// What the flags of input mean together.
import { describe, expect, it } from "vitest";
import { planPub, wrongUse } from "../support/plan.ts";

const source = (...argv: readonly string[]) => planPub(argv).source;
const numbered = (...argv: readonly string[]) => planPub([...argv, "--confirm"]).publisher.numbered;
const warnings = (...argv: readonly string[]) => planPub(argv).warnings;
const newline = Buffer.from("\n");

describe("the source", () => {
  const once = { times: 1, intervalMs: 1000, pubName: undefined };
  const plain = { brings: "body", skippable: false, messages: 1 };
  const message = { ...plain, kind: "message", flag: "--message", paths: [] };

  it("is one empty message when nothing is said", () => {
    expect(source()).toEqual({ ...message, text: "", repeat: once, what: "one message" });
  });

  it("is the text, as often as asked for", () => {
    const argv = ["-m", "Hello!", "--nb-messages", "4", "--interval", "0.5"];
    expect(source(...argv, "--pub-name", "P", "--message-size", "1KiB")).toEqual({
      ...message,
      text: "Hello!",
      repeat: { times: 4, intervalMs: 500, pubName: "P" },
      what: "4 messages",
      messages: 4,
      size: 1024,
    });
  });

  it("waits between messages unless another pace was asked for alone", () => {
    expect(source("-m", "x")).toMatchObject({ repeat: { intervalMs: 1000 } });
    expect(source("--rate", "5")).toMatchObject({ repeat: { intervalMs: 0 } });
    const both = ["--rate", "5", "--interval", "2"];
    expect(source(...both)).toMatchObject({ repeat: { intervalMs: 2000 } });
  });

  it("is files or lines", () => {
    const files = { ...plain, kind: "files", flag: "--file", repeat: once };
    expect(source("-f", "a", "b")).toEqual({
      ...files,
      paths: ["a", "b"],
      what: "2 files",
      messages: 2,
    });
    expect(source("-f", "-")).toEqual({ ...files, paths: ["-"], what: "one file" });
    expect(source("-l")).toMatchObject({ kind: "lines", paths: ["-"] });
    expect(source("-l", "a", "-")).toMatchObject({ kind: "lines", paths: ["a", "-"] });
  });

  it("that was typed beats one in the environment", () => {
    const env = { AMQP_MESSAGE: "from the environment", AMQP_NB_MESSAGES: "5" };
    expect(planPub([], env).source).toMatchObject({
      kind: "message",
      text: "from the environment",
    });
    expect(planPub(["-l", "a"], env).source).toMatchObject({ kind: "lines", paths: ["a"] });
    expect(planPub(["-f", "a"], env).source).toMatchObject({ kind: "files", repeat: { times: 5 } });
  });
});

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

describe("wrong use", () => {
  it.each([
    [["-m", "x", "-f", "a"], "--message excludes --file\nhint: one source of messages at a time"],
    [["-m", "x", "-l"], "--message excludes --lines"],
    [["-f", "a", "-l"], "--file excludes --lines"],
    [["-f", "-", "-"], "stdin (-) is named twice\nhint: it can be read once"],
    [["-l", "-", "a", "-"], "stdin (-) is named twice"],
    [["-f", "-", "--nb-messages", "2"], "--nb-messages excludes --file -\nhint: stdin can be read"],
    [["-l", "--nb-messages", "2"], "--lines excludes --nb-messages\nhint: it belongs to -m and -f"],
    [["-l", "--interval", "2"], "--lines excludes --interval"],
    [["-l", "--pub-name", "x"], "--lines excludes --pub-name"],
    [["-l", "--message-size", "2"], "--lines excludes --message-size"],
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
  ])("%j: %s", (argv, message) => {
    expect(wrongUse(() => planPub(argv))).toContain(message);
  });

  it("of two sources in the environment is told too", () => {
    expect(wrongUse(() => planPub([], { AMQP_MESSAGE: "x", AMQP_LINES: "-" }))).toContain(
      "--message excludes --lines",
    );
  });
});
