// Profiles: what a configuration file may say, how much it counts, and how it is refused.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { con, planConsume } from "../../src/cli/con.ts";
import { locateConfig, readConfig } from "../../src/cli/config-file.ts";
import type { Flag } from "../../src/cli/flag.ts";
import { allFlags } from "../../src/cli/flags/all.ts";
import { parse } from "../../src/cli/parse.ts";
import { readProfile } from "../../src/cli/profile.ts";
import { planPublish, pub } from "../../src/cli/pub.ts";
import { wrongUse } from "../support/plan.ts";

const read = (text: string, name?: string, isShared = false) =>
  readProfile({ path: "c.toml", text, isShared }, name, con.flags);

const parseCon = (text: string, argv: readonly string[] = [], env = {}) =>
  parse(con.name, con.flags, argv, env, read(text));

const parsePub = (text: string, argv: readonly string[] = [], env = {}) =>
  parse(
    pub.name,
    pub.flags,
    argv,
    env,
    readProfile({ path: "c.toml", text, isShared: false }, undefined, pub.flags),
  );

describe("a profile", () => {
  it("counts less than the environment, and that less than what is typed", () => {
    const text = `[default]\nprefetch = 10`;
    const env = { AMQP_PREFETCH: "20" };
    const seen = [
      parseCon(""),
      parseCon(text),
      parseCon(text, [], env),
      parseCon(text, ["--prefetch", "30"], env),
    ].map(({ options, origin }) => [options.prefetch, origin("prefetch")]);
    expect(seen).toEqual([
      [256, "default"],
      [10, "profile"],
      [20, "environment"],
      [30, "flag"],
    ]);
  });

  it("is the one that was named, or else the default one, or none", () => {
    const text = `[default]\nprefetch = 1\n[staging]\nprefetch = 2`;
    expect(read(text)?.name).toBe("default");
    expect(read(text, "staging")?.texts.get("prefetch")).toEqual(["2"]);
    expect(read(`[staging]\nprefetch = 2`)).toBeUndefined();
    expect(read("")).toBeUndefined();
  });

  it("has values as TOML writes them: numbers, texts, switches, lists", () => {
    const { options } = parseCon(
      [
        "[default]",
        "prefetch = 10",
        "idle-timeout = 0.5",
        "timeout = '2m'",
        "queue = '007'",
        "create-queue = true",
        "durable-queue = false",
        "routing-key = ['a', 'b.#']",
        "queue-arg = 'x-n:int=9007199254740993'",
        "max-length = 9007199254740991",
      ].join("\n"),
    );
    expect(options).toMatchObject({
      prefetch: 10,
      idleTimeout: 500,
      timeout: 120_000,
      queue: ["007"],
      createQueue: true,
      durableQueue: false,
      routingKey: ["a", "b.#"],
      queueArg: { "x-n": { int: "9007199254740993" } },
      maxLength: 9_007_199_254_740_991,
    });
  });

  it("may hold flags of the other program, which are left out", () => {
    const text = `[default]\nconfirm = true\nprefetch = 10\nnb-messages = 3`;
    expect([...(read(text)?.texts.keys() ?? [])]).toEqual(["confirm", "prefetch"]);
    expect(parsePub(text).options).toMatchObject({ confirm: true, nbMessages: 3 });
    expect(parseCon(text).options).toMatchObject({ prefetch: 10, confirm: false });
  });

  it.each([con, pub])("may hold every flag of $name, whoever reads it", ({ flags }) => {
    const effective = Object.entries<Flag>(flags).filter(([, flag]) => !flag.ignored);
    const missing = effective.map(([key]) => key).filter((key) => !Object.hasOwn(allFlags, key));
    expect(missing).toEqual([]);
  });

  it("never asks for what only a flag asks for", () => {
    const queue = `[default]\nrouting-key = "a"\nexchange = "logs"\nconfirm-window = 5\nqueue = "q"`;
    expect(planConsume(parseCon(queue)).topology.bindings).toEqual([]);
    expect(planPublish(parsePub(queue)).publisher).toMatchObject({ confirm: false, window: 5 });
  });
});

describe("a wrong profile", () => {
  it("is told by file, profile and key", () => {
    expect(wrongUse(() => parseCon(`[default]\nprefetch = "many"`))).toBe(
      `c.toml: [default] prefetch "many": expected a whole number from 0 to 65535`,
    );
    expect(wrongUse(() => parseCon(`[default]\nprefetch = true`))).toContain(`prefetch "true"`);
    expect(wrongUse(() => parseCon(`[default]\nprefetch = [1, 2]`))).toBe(
      "c.toml: [default] prefetch: expected one value, not a list\nhint: where only the other program takes several, give each a profile of its own",
    );
    expect(wrongUse(() => parseCon(`[default]\nprefetch.a = 1`))).toContain("not a table");
    expect(wrongUse(() => parseCon(`[default]\ntimeout = 2026-01-01T00:00:00Z`))).toBe(
      "c.toml: [default] timeout: write the time in quotes",
    );
  });

  it("is told its unknown keys, with what may be meant", () => {
    expect(wrongUse(() => read(`[a]\nprefech = 1`, "a"))).toBe(
      `c.toml: [a] has the unknown key "prefech"\nhint: did you mean prefetch?`,
    );
    expect(wrongUse(() => read(`[a]\nno-ack = true`, "a"))).toContain("did you mean ack-auto?");
    expect(wrongUse(() => read(`[a]\nnbMessages = 1`, "a"))).toContain("did you mean nb-messages?");
    expect(wrongUse(() => read(`[a]\nsomething-else = 1`, "a"))).toContain(
      "hint: the keys are the names of flags without --",
    );
    expect(wrongUse(() => read(`[a]\n__proto__ = 1`, "a"))).toContain("c.toml: ");
  });

  it.each(["help", "purge", "delete-queue", "print-config", "profile", "config"])(
    "cannot ask for --%s",
    (name) => {
      expect(wrongUse(() => read(`[a]\n${name} = true`, "a"))).toBe(
        `c.toml: [a] ${name} cannot stand in a profile\nhint: type it: --${name}`,
      );
    },
  );

  it("is found by its name alone", () => {
    const text = "[staging]\n[production]";
    expect(wrongUse(() => read(text, "stagng"))).toBe(
      `there is no profile "stagng" in c.toml\nhint: did you mean staging?`,
    );
    expect(wrongUse(() => read(text, "x"))).toContain("hint: it has staging, production");
    expect(wrongUse(() => read("", "x"))).toContain("hint: it has none");
    expect(wrongUse(() => read("[a]", "constructor"))).toContain(`no profile "constructor"`);
  });

  it("must be TOML, and its text is never shown: it may be a password", () => {
    const told = wrongUse(() => read(`[default]\npassword = "s3cret`));
    expect(told).toBe(
      "c.toml: line 2, column 12: unfinished string\nhint: the file is TOML: https://toml.io",
    );
    expect(wrongUse(() => read(`password = "s3cret"`))).toBe(
      `c.toml: "password" stands outside of a profile\nhint: begin with a line such as [default] or [staging]`,
    );
    expect(wrongUse(() => parseCon(`[default]\nuserpass = ["s3cret"]`))).not.toContain("s3cret");
  });
});

describe("a file that others may read", () => {
  it.each([
    `password = "s3cret"`,
    `userpass = "alice:s3cret"`,
    `url = "amqp://alice:s3cret@host"`,
    `url = "amqp://one,amqp://alice:s3cret@two"`,
    `url = ["amqp://alice:s3cret@host"]`,
    `url = "amqp://alice:s/c@r:t@host"`,
    `url = "amqp://alice@corp:s3cret@host"`,
  ])("is refused when it holds a password: %s", (line) => {
    expect(wrongUse(() => read(`[default]\n[other]\n${line}`, undefined, true))).toBe(
      "c.toml holds a password, and other users may read or change it\nhint: chmod 600 c.toml",
    );
    expect(read(`[default]\n[other]\n${line}`)?.name).toBe("default");
  });

  it.each([
    `prefetch = 1`,
    `username = "alice"`,
    `password-file = "/run/secrets/amqp"`,
    `url = "amqp://host:5672/,amqp://alice@two"`,
    `url = "amqp://alice@host:5672/mail:x@y"`,
    `url = "amqp://alice@[::1]/mail@x"`,
    `url = "amqp://guest:guest@localhost"`,
  ])("is taken when it holds none: %s", (line) => {
    expect(read(`[default]\n${line}`, undefined, true)?.name).toBe("default");
  });

  it("is named so that the command can be pasted", () => {
    const file = { path: "/a b/it's.toml", text: `[a]\npassword = "x"`, isShared: true };
    expect(wrongUse(() => readProfile(file, "a", con.flags))).toContain(
      String.raw`chmod 600 '/a b/it'\''s.toml'`,
    );
  });
});

describe("the configuration file", () => {
  it("is the one that was named, or stands in the XDG folder, or in ~/.config", () => {
    const usual = "amqp-pubcon/config.toml";
    expect(locateConfig("mine.toml", { HOME: "/home/u" })).toBe("mine.toml");
    expect(locateConfig(undefined, { XDG_CONFIG_HOME: "/x", HOME: "/home/u" })).toBe(`/x/${usual}`);
    expect(locateConfig(undefined, { HOME: "/home/u" })).toBe(`/home/u/.config/${usual}`);
    expect(locateConfig(undefined, { XDG_CONFIG_HOME: "x", HOME: "/h" })).toBe(
      `/h/.config/${usual}`,
    );
    expect(locateConfig(undefined, {})).toBeUndefined();
  });

  it.each([
    ["600", 0o600, false],
    ["700", 0o700, false],
    ["640", 0o640, true],
    ["604", 0o604, true],
    ["620", 0o620, true],
  ])("with mode %s is open to others: %3$s", async (_, mode, isShared) => {
    const folder = mkdtempSync(path.join(tmpdir(), "amqp-pubcon-config-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = path.join(folder, "config.toml");
    writeFileSync(file, "[a]\n");
    chmodSync(file, mode);
    expect(await readConfig(file, new AbortController().signal)).toEqual({
      path: file,
      text: "[a]\n",
      isShared,
    });
  });

  it("is told where it is not UTF-8", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "amqp-pubcon-config-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = path.join(folder, "config.toml");
    writeFileSync(file, Buffer.from('[a]\n# é\nmessage = "caf\xe9"\n', "latin1"));
    await expect(readConfig(file, new AbortController().signal)).rejects.toMatchObject({
      message: `the configuration file "${file}": line 2 is not UTF-8 text`,
      exitCode: 2,
    });
  });

  it("may be missing, but not be a folder", async () => {
    expect(await readConfig("/no/such/file", new AbortController().signal)).toBeUndefined();
    await expect(readConfig("/", new AbortController().signal)).rejects.toMatchObject({
      message: 'the configuration file "/": is a directory',
      hint: "--config names another one; /dev/null stands for none",
    });
  });
});
