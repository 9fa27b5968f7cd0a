// Profiles of the built binaries: from a file in the XDG folder to the broker, and what they say of themselves.
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { testFolder } from "../support/folder.ts";
import { runToEnd, shell } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createQueue, takeBodies } from "../support/witness.ts";

/** A configuration file, and the environment in which it is the usual one. */
async function configure(text: string, mode = 0o600) {
  const home = await testFolder();
  const file = join(home, "amqp-pubcon", "config.toml");
  await mkdir(join(home, "amqp-pubcon"));
  await writeFile(file, text);
  await chmod(file, mode);
  return { file, env: { XDG_CONFIG_HOME: home } };
}

describe("a profile", () => {
  it("gives a run what was not typed", async () => {
    const queue = await createQueue();
    const { env } = await configure(
      [
        "[default]",
        `url = "amqp://nowhere.invalid"`,
        "[test]",
        `url = ${JSON.stringify(sharedBroker().url)}`,
        `routing-key = ${JSON.stringify(queue)}`,
        "confirm = true",
        "prefetch = 1",
      ].join("\n"),
    );
    const args = ["--profile", "test", "-m", "from a profile", "--summary", "json"];
    const { code, stdout, stderr } = await runToEnd("amqp-pub", args, { env });
    expect(stdout).toBe("Sent: from a profile\n");
    expect(JSON.parse(stderr)).toMatchObject({ read: 1, confirmed: 1 });
    expect(code).toBe(0);
    expect(await takeBodies(queue)).toEqual(["from a profile"]);
  });

  it("named default counts without being named", async () => {
    const { env } = await configure(`[default]\nurl = "amqp://127.0.0.1:1"`);
    const { code, stdout, stderr } = await runToEnd("amqp-con", ["--ping"], { env });
    expect(stderr).toContain("ERROR: nobody listens on 127.0.0.1:1");
    expect(stdout).toBe("");
    expect(code).toBe(3);
  });

  it("may switch on what is for errors", async () => {
    const { env } = await configure(`[default]\nurl = "amqp://127.0.0.1:1"\ndebug = true`);
    const { stderr } = await runToEnd("amqp-con", ["--ping"], { env });
    expect(stderr).toContain("\nUnreachable: nobody listens on 127.0.0.1:1\n    at ");
  });

  it("is kept out by --config /dev/null", async () => {
    const { env } = await configure("[default]\nprefetch = 'many'");
    const args = ["--print-config", "--config", "/dev/null"];
    const { code, stdout, stderr } = await runToEnd("amqp-con", args, { env });
    expect(stdout).toMatch(/^# prefetch = 256 +# default$/m);
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });

  it("with a password must be private, and the hint makes it so", async () => {
    const { env, file } = await configure(`[default]\npassword = "s3cret"`, 0o644);
    const first = await runToEnd("amqp-con", ["--print-config"], { env });
    const hint = `chmod 600 ${file}`;
    expect(first.stderr).toBe(
      `ERROR: ${file} holds a password, and other users may read or change it\nhint: ${hint}\n`,
    );
    expect(first.stdout).toBe("");
    expect(first.code).toBe(2);
    const second = await shell(`${hint} && amqp-con --print-config`, { env }).ended();
    expect(second.stdout).toMatch(/^# password = "\*\*\*" +# profile "default"$/m);
    expect(second.stdout + second.stderr).not.toContain("s3cret");
    expect(second.code).toBe(0);
  });

  it("that is wrong is told by file, profile and key, and does not hide the help", async () => {
    const { env, file } = await configure(`[default]\nprefech = 1`);
    const wrong = await runToEnd("amqp-con", ["-q", "x"], { env });
    expect(wrong.stderr).toBe(
      `ERROR: ${file}: [default] has the unknown key "prefech"\nhint: did you mean prefetch?\n`,
    );
    expect(wrong.stdout).toBe("");
    expect(wrong.code).toBe(2);
    const help = await runToEnd("amqp-con", ["--help"], { env });
    expect(help.stdout).toMatch(/^amqp-con: /);
    expect(help.code).toBe(0);
  });

  it("that is no TOML is never shown, not even with --debug", async () => {
    const { env, file } = await configure(`[default]\npassword = "s3cret`);
    const { code, stderr } = await runToEnd("amqp-con", ["-q", "x", "--debug"], { env });
    expect(stderr).toContain(`ERROR: ${file}: line 2, column 12: unfinished string\n`);
    expect(stderr).not.toContain("s3cret");
    expect(code).toBe(2);
  });

  it("that was named must exist", async () => {
    const { env, file } = await configure("[staging]");
    const named = await runToEnd("amqp-con", ["--profile", "stagng", "-q", "x"], { env });
    expect(named.stderr).toBe(
      `ERROR: there is no profile "stagng" in ${file}\nhint: did you mean staging?\n`,
    );
    expect(named.code).toBe(2);
    const missing = await runToEnd("amqp-con", ["--config", `${file}.old`, "-q", "x"], { env });
    expect(missing.stderr).toBe(
      `ERROR: the configuration file ${file}.old does not exist\nhint: check --config\n`,
    );
    expect(missing.code).toBe(2);
  });
});

/** The lines of --print-config that set something, without their comments. */
const values = (text: string): readonly string[] =>
  text.split("\n").flatMap((line) => /^[a-z].*?(?= +# )/.exec(line)?.[0] ?? []);

describe("--print-config", () => {
  it("shows each value and where it came from, and connects to nothing", async () => {
    const { env, file } = await configure(`[staging]\nprefetch = 10\nformat = "body"`);
    const { code, stdout, stderr } = await runToEnd(
      "amqp-con",
      ["--profile", "staging", "--print-config", "-q", "hello"],
      { env: { ...env, AMQP_URL: "amqp://alice:s3cret@127.0.0.1:1", AMQP_FORMAT: "raw" } },
    );
    expect(stdout).toContain(`# Profile: "staging" of "${file}"\n`);
    expect(stdout).toMatch(/^queue = "hello" +# flag --queue$/m);
    expect(stdout).toMatch(/^prefetch = 10 +# profile "staging"$/m);
    expect(stdout).toMatch(/^format = "raw" +# environment AMQP_FORMAT$/m);
    expect(stdout).toMatch(
      /^url = "amqp:\/\/alice@127\.0\.0\.1:1" +# environment AMQP_URL, without its password$/m,
    );
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });

  it("writes what is a profile again", async () => {
    const first = await runToEnd("amqp-con", [
      "-q",
      "hello",
      "-k",
      "a",
      "-k",
      "b",
      "--print-config",
    ]);
    const { env } = await configure(first.stdout);
    const second = await runToEnd("amqp-con", ["--print-config"], { env });
    expect(values(second.stdout)).toEqual(values(first.stdout));
    expect(second.stdout).toMatch(/^routing-key = \["a", "b"\] +# profile "default"$/m);
    expect(second.code).toBe(0);
  });
});
