// --print-config: what it shows, that it could be a profile again, and what it never shows.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planConnection } from "../../src/cli/connection-plan.ts";
import { con } from "../../src/cli/con.ts";
import type { ConfigFile } from "../../src/cli/config-file.ts";
import { parse } from "../../src/cli/parse.ts";
import { printConfig } from "../../src/cli/print-config.ts";
import { readProfile } from "../../src/cli/profile.ts";
import type { Environment } from "../../src/world.ts";

const file = (text: string): ConfigFile => ({ path: "/etc/c.toml", text, isShared: false });

function print(argv: readonly string[], env = {}, profileText = ""): string {
  const profile = readProfile(file(profileText), undefined, con.flags);
  const parsed = parse(con.name, con.flags, argv, env, profile);
  return printConfig(con.name, con.flags, parsed, "/etc/c.toml");
}

function connect(argv: readonly string[], env: Environment, profileText: string) {
  const profile = readProfile(file(`[default]\n${profileText}`), "default", con.flags);
  const parsed = parse(con.name, con.flags, argv, env, profile);
  return planConnection(parsed.options, parsed, con.name);
}

const line = (text: string, start: string) =>
  text
    .split("\n")
    .find((row) => row.startsWith(start))
    ?.replace(/ +#/, " #");

describe("--print-config", () => {
  it("shows each option's value and where it came from", () => {
    const text = print(
      ["-q", "hello", "-Q", "-k", "a.#", "-k", "b"],
      { AMQP_PREFETCH: "7" },
      `[default]\nidle-timeout = "250ms"`,
    );
    expect(line(text, "queue =")).toBe(`queue = "hello" # flag --queue`);
    expect(line(text, "create-queue")).toBe("create-queue = true # flag --create-queue");
    expect(line(text, "routing-key")).toBe(`routing-key = ["a.#", "b"] # flag --routing-key`);
    expect(line(text, "prefetch")).toBe("prefetch = 7 # environment AMQP_PREFETCH");
    expect(line(text, "idle-timeout")).toBe(`idle-timeout = "250ms" # profile "default"`);
    expect(line(text, "# heartbeat")).toBe("# heartbeat = 10 # default");
    expect(line(text, "# peek")).toBe("# peek = false # default");
    expect(line(text, "# count")).toBe("# count # not set");
  });

  it("names every option that a run has", () => {
    const text = print([]);
    const names = [...text.matchAll(/^(?:# )?([a-z-]+) +[=#]/gm)].map(([, name]) => name);
    expect(names).toEqual(expect.arrayContaining(["queue", "url", "password", "debug", "format"]));
    expect(names).not.toContain("help");
    expect(new Set(names).size).toBe(names.length);
  });

  it("says which profile, or where one would have been found", () => {
    expect(print([], {}, "[default]")).toContain(`# Profile: "default" of "/etc/c.toml"\n`);
    expect(print([])).toContain(
      `# No profile. One named default would be taken from "/etc/c.toml"`,
    );
    const parsed = parse(con.name, con.flags, [], {});
    expect(printConfig(con.name, con.flags, parsed, undefined)).toContain("# No profile: there is");
  });

  it("hides secrets, and keeps what is around them", () => {
    const text = print(
      ["--userpass", "alice:s3cret", "--url", "amqp://bob:s3cret@one/v,AMQPS://two:5671"],
      { AMQP_PASSWORD: "s3cret" },
    );
    expect(text).not.toContain("s3cret");
    expect(line(text, "# password =")).toBe(`# password = "***" # environment AMQP_PASSWORD`);
    expect(line(text, "# userpass")).toBe(`# userpass = "alice:***" # flag --userpass`);
    expect(line(text, "url")).toBe(
      `url = "amqp://bob@one/v,AMQPS://two:5671" # flag --url, without its password`,
    );
    expect(line(print(["--url", "amqp://me@corp:s3cret@host:1/../v"]), "url")).toBe(
      `url = "amqp://me@corp@host:1/../v" # flag --url, without its password`,
    );
    expect(line(print(["--url", "amqp://bob:s3:cret@host/v:@w"]), "url")).toBe(
      `url = "amqp://bob@host/v:@w" # flag --url, without its password`,
    );
    expect(line(print(["--url", "amqp://guest:guest@host"]), "url")).toBe(
      `url = "amqp://guest:guest@host" # flag --url`,
    );
    expect(line(print(["--url", "amqp://host/v"]), "url")).toBe(
      `url = "amqp://host/v" # flag --url`,
    );
  });

  it("hides a user and password that are none", () => {
    expect(line(print(["--userpass", "s3cret"]), "# userpass")).toBe(
      `# userpass = "***" # flag --userpass`,
    );
  });

  it.each([
    "s3cret",
    "amqp:s3cret",
    "amqp://h/?password=s3cret",
    "amqp://h/#s3cret",
    "//u:s3cret@h",
  ])("hides a URL that is none: %s", (url) => {
    expect(print(["--url", url])).not.toContain("s3cret");
  });

  it("cannot act on a terminal", () => {
    const text = print(["--consumer-tag", 'a\u001b[31m\u202e\u0007\u{e0041}\n"b\\']);
    expect(line(text, "consumer-tag =")).toContain(
      String.raw`consumer-tag = "a\u001b[31m\u202e\u0007\U000e0041\u000a\"b\\"`,
    );
  });

  it("is a profile again, with the same values", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 20 }),
        fc.array(fc.string({ unit: "binary", minLength: 1, maxLength: 9 }), { minLength: 1 }),
        fc.nat(65_535),
        fc.boolean(),
        (queue, keys, prefetch, verbose) => {
          const argv = [
            `--queue=${queue}`,
            `--prefetch=${prefetch}`,
            ...keys.map((key) => `--routing-key=${key}`),
            ...(verbose ? ["--verbose"] : []),
          ];
          const { options } = parse(con.name, con.flags, argv, {});
          const profile = readProfile(file(print(argv)), "default", con.flags);
          expect(parse(con.name, con.flags, [], {}, profile).options).toEqual(options);
        },
      ),
    );
  });

  it.each([
    { url: "amqp://bob@localhost:5790/examples", profile: `vhost = "domain1"` },
    { url: "amqp://bob:s3cret@localhost:5790/examples", profile: `username = "alice"` },
    { url: "amqp://bob@localhost:5790,amqp://localhost:5791", profile: "port-number = 1" },
    { url: "amqps://localhost", profile: `server-name = "elsewhere"\nvhost = "domain1"` },
    { url: "amqp:///v", profile: `server-name = "elsewhere"\nusername = "alice"` },
    { url: "amqp://bob@localhost:5790", profile: `username = "alice"`, argv: ["--userpass=eve:x"] },
    { url: "amqp://localhost:5790", profile: "", argv: ["--userpass=eve:x"] },
    {
      url: "amqp://localhost:5790",
      profile: `username = "bob"\npassword-file = "p"`,
      argv: ["--userpass=eve:x"],
    },
  ])(
    "is a profile that connects to the same place: $url over $profile",
    ({ url, profile, argv: more = [] }) => {
      for (const [argv, env] of [
        [["--url", url, ...more], {}] as const,
        [more, { AMQP_URL: url }] as const,
      ]) {
        const { targets } = connect(argv, env, profile);
        const written = print(argv, env, `[default]\n${profile}`).replace("[default]\n", "");
        expect(connect([], {}, written).targets).toEqual(targets);
      }
    },
  );

  it("says which parts the URL overrides", () => {
    const text = print(
      ["--url", "amqp://alice:s3cret@host/v"],
      { AMQP_VHOST: "w" },
      "[default]\npassword-file = 'p'",
    );
    expect(line(text, "# vhost")).toBe(
      `# vhost = "w" # environment AMQP_VHOST, but the URL counts more`,
    );
    expect(line(text, "# password-file")).toBe(
      `# password-file = "p" # profile "default", but the URL counts more`,
    );
  });

  it("keeps the user of --userpass, and what it overrides as comments", () => {
    const profile = `[default]\nusername = "bob"\npassword-file = "p"`;
    const text = print(["--userpass", "eve:s3cret"], { AMQP_URL: "amqp://alice@host" }, profile);
    expect(line(text, "username")).toBe(`username = "eve" # flag --userpass, its user`);
    expect(line(text, "# password-file")).toBe(
      `# password-file = "p" # profile "default", but --userpass counts more`,
    );
    expect(text).not.toContain("s3cret");
    const typed = print(["--username", "bob"], { AMQP_USERPASS: "eve:s3cret" });
    expect(line(typed, "username")).toBe(`username = "bob" # flag --username`);
  });

  it("is a profile that says no more than was said", () => {
    const profile = readProfile(file(print(["-q", "hello"])), "default", con.flags);
    expect([...(profile?.texts.keys() ?? [])]).toEqual(["queue"]);
  });

  it.each(["staging", "a.b c", "1"])("keeps the profile's name: %s", (name) => {
    const named = readProfile(file(`["${name}"]\nprefetch = 3`), name, con.flags);
    const text = printConfig(
      con.name,
      con.flags,
      parse(con.name, con.flags, [], {}, named),
      undefined,
    );
    expect(readProfile(file(text), name, con.flags)?.texts.get("prefetch")).toEqual(["3"]);
  });
});
