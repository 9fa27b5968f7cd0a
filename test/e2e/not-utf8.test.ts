// Bytes that are no text where only text can be meant: refused, or kept, but never changed without a word.
import { describe, expect, test } from "vitest";
import { pub } from "../support/binaries.ts";
import { testFolder } from "../support/folder.ts";
import { runToEnd, shell } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createQueue, takeBodies } from "../support/witness.ts";

describe("bytes that are no text", () => {
  test.each([
    ["-m", String.raw`-m "$(printf 'a\377b')"`],
    ["-m", String.raw`"-m$(printf '\377')"`],
    ["--message", String.raw`"--message=$(printf 'a\240b')" --quiet`],
    ["an argument", String.raw`"$(printf '\377')"`],
  ])("in an argument are refused, not changed: %s in %s", async (what, args) => {
    const queue = await createQueue();
    const env = { AMQP_URL: sharedBroker().url, AMQP_ROUTING_KEY: queue };
    const exit = await shell(`amqp-pub ${args}`, { env }).ended();
    expect(exit).toMatchObject({
      code: 2,
      stdout: "",
      stderr: `ERROR: ${what}: not UTF-8 text\nhint: names, passwords and other values must be UTF-8; a message of other bytes comes from a file (-f), or from standard input (-m -)\n`,
    });
    expect(await takeBodies(queue)).toEqual([]);
  });

  test.each([
    ["AMQP_MESSAGE", "e\\377", ""],
    ["AMQP_HEADER", "a=1\\nb=\\377", "-m x"],
    ["AMQP_DELIMITER", "\\377", "-l"],
    ["AMQP_KEY_DELIMITER", "\\377", "-l"],
    ["AMQP_ROUTING_KEY", "\\303", "-m x"],
    ["AMQP_PASSWORD", "s3\\377t", "-m x"],
    ["--template: {{env BAD}}", "\\377", "--template -m '{{env BAD}}'"],
  ])("in a variable of ours are refused: %s=%s amqp-pub %s", async (what, bytes, args) => {
    const queue = await createQueue();
    const env = { AMQP_URL: sharedBroker().url, AMQP_ROUTING_KEY: queue, LC_ALL: "C.UTF-8" };
    const name = what.replace(/.*env (.*)}}/, "$1");
    const line = `export ${name}="$(printf '${bytes}')"; echo x | amqp-pub ${args}`;
    const exit = await shell(line, { env }).ended();
    expect(exit.stderr).toMatch(`ERROR: ${what}: not UTF-8 text\n`);
    expect(exit).toMatchObject({ code: 2, stdout: "" });
    expect(await takeBodies(queue)).toEqual([]);
  });

  test.each([
    ["--password-file", "/dev/fd/3", "--username guest", "3<"],
    ["--password-file", "-", "--username guest", "<"],
    ["--passphrase-file", "/dev/fd/3", "--pfx /dev/null", "3<"],
  ])("in the first line of a secret's file are refused: %s %s", async (flag, path, args, from) => {
    const env = { AMQP_URL: "", LC_ALL: "C.UTF-8" };
    const line = `amqp-pub -k q -m x ${args} ${flag} ${path} ${from} <(printf 's3\\377t\\nx')`;
    const exit = await shell(line, { env }).ended();
    const stderr = `ERROR: ${flag} "${path}": its first line is not UTF-8 text\n`;
    expect(exit).toMatchObject({ code: 2, stdout: "", stderr });
  });

  test("below the first line of a secret's file are nobody's matter", async () => {
    const { username, password } = new URL(sharedBroker().url);
    const { host, port } = sharedBroker();
    const queue = await createQueue();
    const here = `--server-name ${host} --port-number ${port} --username ${username}`;
    const file = `<(printf '${password}\\n\\377')`;
    const exit = await shell(`amqp-pub ${here} -k ${queue} -m x --password-file ${file}`).ended();
    expect(exit).toMatchObject({ code: 0, stderr: "" });
    expect(await takeBodies(queue)).toEqual(["x"]);
  });

  test("are nobody's matter in a variable that is not used", async () => {
    const queue = await createQueue();
    const env = { AMQP_URL: sharedBroker().url };
    const line = `export BAD="$(printf '\\377')"; AMQP_MESSAGE=$BAD amqp-pub -k ${queue} -m x`;
    expect(await shell(line, { env }).ended()).toMatchObject({ code: 0, stderr: "" });
    expect(await takeBodies(queue)).toEqual(["x"]);
  });

  test("are part of a folder's name: the configuration file in it is read", async () => {
    const env = { AMQP_URL: sharedBroker().url, FOLDER: await testFolder() };
    const line = [
      String.raw`export XDG_CONFIG_HOME="$FOLDER/$(printf 'x\351')"`,
      `mkdir -p "$XDG_CONFIG_HOME/amqp-pubcon" && cd "$XDG_CONFIG_HOME/amqp-pubcon"`,
      `printf '[default]\nvhost = "no such place"\n' > config.toml`,
      "amqp-pub --ping",
    ];
    const exit = await shell(line.join("\n"), { env }).ended();
    expect(exit.stderr).toContain("no such place");
  });

  test("are not meant by the character that stands for them", async () => {
    const queue = await createQueue();
    const exit = await pub(["-k", queue, "-m", "a\uFFFDb"]);
    expect(exit).toMatchObject({ code: 0, stdout: "Sent: a\uFFFDb\n", stderr: "" });
    const env = { AMQP_URL: sharedBroker().url, AMQP_MESSAGE: "c\uFFFD" };
    const fromVariable = await runToEnd("amqp-pub", ["-k", queue], { env });
    expect(fromVariable).toMatchObject({ code: 0, stdout: "Sent: c\uFFFD\n", stderr: "" });
    expect(await takeBodies(queue)).toEqual(["a\uFFFDb", "c\uFFFD"]);
  });
});
