// Input that is not there, not yet there, or no message: told before anything is opened, or by its place.
import { execFile } from "node:child_process";
import { open, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { pub, startPub } from "../support/binaries.ts";
import { testFolder } from "../support/folder.ts";
import { misbehave } from "../support/misbehave.ts";
import { openChannel } from "../support/misbehave-script.ts";
import { processesWith } from "../support/processes.ts";
import { runToEnd, shell } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createQueue, queueState, takeBodies } from "../support/witness.ts";
import { timeless } from "../support/timeless.ts";

const execute = promisify(execFile);

/** A pipe with a name, into which nobody writes yet. */
async function createPipe(): Promise<string> {
  const path = join(await testFolder(), "pipe");
  await execute("mkfifo", [path]);
  return path;
}

describe("an input that is not there", () => {
  test("is told before anything is opened", async () => {
    const server = await misbehave(openChannel());
    const folder = await testFolder();
    const missing = join(folder, "missing");
    for (const [argv, error] of [
      [["-f", missing], `--file "${missing}": no such file`],
      [["-l", missing], `--lines "${missing}": no such file`],
      [["--json", missing], `--json "${missing}": no such file`],
      [["--from-dir", missing], `--from-dir "${missing}": no such file`],
      [["-f", folder], `--file "${folder}": is a directory`],
    ] as const) {
      const exit = await runToEnd("amqp-pub", ["-u", server.url, "-k", "q", ...argv]);
      expect(exit).toMatchObject({ code: 2, stdout: "", stderr: `ERROR: ${error}\n` });
    }
    const command = `amqp-pub -u ${server.url} -l -k q < /`;
    expect(await shell(command).ended()).toMatchObject({
      code: 2,
      stderr: "ERROR: --lines stdin: is a directory\n",
    });
    expect(server.connections).toBe(0);
  });

  test("is told with what was sent before it", async () => {
    const queue = await createQueue();
    const folder = await testFolder();
    const [good, missing] = [join(folder, "good"), join(folder, "missing")];
    await writeFile(good, "a\nb\n");
    const exit = await pub(["-k", queue, "--confirm", "--quiet", "-l", good, missing]);
    expect(exit).toMatchObject({
      code: 2,
      stdout: "",
      stderr:
        "Account: read 2 = confirmed 2 + returned 0 + nacked 0 + unconfirmed 0\n" +
        `ERROR: --lines "${missing}": no such file\n`,
    });
    expect(await takeBodies(queue)).toEqual(["a", "b"]);
  });

  test("is told alone when nothing was sent before it", async () => {
    const folder = await testFolder();
    const [empty, missing] = [join(folder, "empty"), join(folder, "missing")];
    await writeFile(empty, "");
    const { code, stderr } = await pub(["-k", "q", "-l", empty, missing]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `ERROR: --lines "${missing}": no such file\n`,
    });
  });
});

describe("an input that ends with the signal that stops the run, as Ctrl-C ends a whole pipeline", () => {
  test.each([
    ["-l", "a\nhal", ["a"]],
    ["--json", '{"body":"a"}\n{"bod', ["a"]],
    ["-l --key-delimiter=:", "KEY:a\nKE", ["a"]],
    ["-f -", "hal", []],
    ["-m -", "hal", []],
  ])("is cut, and its last piece no message: %s", async (words, input, sent) => {
    const queue = await createQueue();
    const target = ["-q", queue, "-Q", "--passive", "-k", queue];
    const publisher = startPub([...words.split(" "), ...target], { stdin: "open" });
    await publisher.write(input.replace("KEY", queue));
    if (sent.length > 0) await publisher.waitFor("stdout", "Sent: a");
    else await publisher.waitFor("stderr", /Found queue/);
    publisher.kill("SIGINT");
    publisher.end();
    const { code, stderr } = await publisher.ended();
    expect({ code, stderr }).toEqual({ code: 0, stderr: `Found queue: ${queue}\nStopped\n` });
    expect(await takeBodies(queue)).toEqual(sent);
  });
});

describe("a pipe with a name", () => {
  test.each(["-f", "-l", "--json"])(
    "that nobody writes into does not hold up a stopped %s",
    async (flag) => {
      const queue = await createQueue();
      const publisher = startPub([flag, await createPipe(), "-q", queue, "-Q", "--passive"]);
      await publisher.waitFor("stderr", /Found queue/);
      publisher.kill("SIGINT");
      expect(await publisher.ended()).toMatchObject({ code: 0, stdout: "" });
    },
  );

  const early = "Stopped\nERROR: stopped before the broker answered\n";
  const earlier = "ERROR: stopped before the configuration was read\n";
  test.each([
    ["--password-file", early, (pipe: string) => `--username guest --password-file '${pipe}'`],
    [
      "--password-file -",
      early,
      (pipe: string) => `--username guest --password-file - <>'${pipe}'`,
    ],
    ["--cafile", early, (pipe: string) => `--cafile '${pipe}'`],
    ["--config", earlier, (pipe: string) => `--config '${pipe}'`],
  ])("that %s names does not hold up a stopped run", async (_, stderr, words) => {
    const pipe = await createPipe();
    const url = "amqp://127.0.0.1:1";
    const publisher = shell(`exec amqp-pub -u ${url} -k '${pipe}' -m x ${words(pipe)}`);
    // Its title is the first thing that it sets, and signals are the next.
    const titles = async () => (await processesWith(pipe)).map(({ command }) => command);
    await expect.poll(titles).toContainEqual(expect.stringMatching(/^amqp-pub /));
    publisher.kill("SIGINT");
    expect(await publisher.ended()).toMatchObject({ code: 3, stdout: "", stderr });
  });

  test.each([".json", ".body"])("is no part of a message in a folder (%s)", async (ending) => {
    const folder = await testFolder();
    await writeFile(join(folder, "1.json"), '{"routingKey":"q"}');
    await writeFile(join(folder, "1.body"), "x");
    await rm(join(folder, `1${ending}`));
    await symlink(await createPipe(), join(folder, `1${ending}`));
    const exit = await runToEnd("amqp-pub", ["--from-dir", folder], {
      env: { AMQP_URL: sharedBroker().url },
    });
    expect(exit).toMatchObject({ code: 2, stdout: "" });
    expect(exit.stderr).toContain("is no regular file");
  });

  test("is waited for, and read to its end", async () => {
    const queue = await createQueue();
    const pipe = await createPipe();
    const publisher = startPub(["-f", pipe, "-k", queue, "--confirm", "--quiet"]);
    await execute("bash", ["-c", `{ printf a; printf %s "$(seq 3)"; } > '${pipe}'`]);
    expect(await publisher.ended()).toMatchObject({ code: 0, stderr: "" });
    expect(await takeBodies(queue)).toEqual(["a1\n2\n3"]);
  });

  test("that its writer keeps open does not hold up a run that an error has ended", async () => {
    const queue = await createQueue();
    const pipe = await createPipe();
    const publisher = startPub(["--json", pipe, "-k", queue, "--confirm"]);
    const writer = await open(pipe, "w");
    await writer.write('{"body":"a"}\nnone\n');
    const { code, stdout, stderr } = await publisher.ended();
    expect({ code, stdout }).toEqual({ code: 2, stdout: "Sent: a\n" });
    expect(stderr).toContain(`ERROR: line 2 of "${pipe}"`);
    await writer.close();
  });

  test("cannot be sent twice", async () => {
    const queue = await createQueue();
    const pipe = await createPipe();
    const exit = await pub(["-f", pipe, "-k", queue, "--nb-messages", "2"]);
    expect(exit).toMatchObject({
      code: 2,
      stderr: `ERROR: --nb-messages excludes --file "${pipe}"\nhint: a pipe can be read once\n`,
    });
    expect((await queueState(queue)).messages).toBe(0);
  });
});

describe("a record whose headers no frame can carry", () => {
  test("is named by file and line, or skipped and counted", async () => {
    const queue = await createQueue();
    const file = join(await testFolder(), "large.jsonl");
    const large = JSON.stringify({ properties: { headers: { h: "x".repeat(9000) } } });
    await writeFile(file, `{"body":"a"}\n\n${large}\n{"body":"c"}\n`);
    const argv = ["-k", queue, "--json", file, "--frame-max", "8192", "--summary", "text"];
    const reason = `line 3 of "${file}": the properties are larger than one frame (--frame-max)`;
    const stopped = await pub([...argv, "--confirm"]);
    expect(stopped).toMatchObject({ code: 2, stdout: "Sent: a\n" });
    expect(stopped.stderr).toContain(`ERROR: ${reason}\n`);
    expect(stopped.stderr).toContain("Account: read 1 = confirmed 1 +");
    expect(await takeBodies(queue)).toEqual(["a"]);
    const skipped = await pub([...argv, "--confirm", "--on-bad-record", "skip"]);
    expect(skipped).toMatchObject({ code: 0, stdout: "Sent: a\nSent: c\n" });
    expect(timeless(skipped.stderr)).toBe(
      `WARNING: ${reason}; skipped\nAccount: read 2 = confirmed 2 + returned 0 + nacked 0 + unconfirmed 0\nDuration: … s, … messages/s; reason for stopping: end of input\nSkipped: 1 that could not be sent\n`,
    );
    expect(await takeBodies(queue)).toEqual(["a", "c"]);
  });
});

test("a header that every RabbitMQ chokes on is refused before it costs the connection", async () => {
  const queue = await createQueue();
  const stdin = `{"body":"a"}\n{"properties":{"headers":{"n":1e400}}}\n`;
  const exit = await pub(["-k", queue, "--json", "--quiet"], { stdin });
  expect(exit.code).toBe(2);
  expect(exit.stderr).toContain(
    'ERROR: line 2 of stdin: "headers": "n": expected a number, neither NaN nor infinite',
  );
  expect(await takeBodies(queue)).toEqual(["a"]);
});

test("a file above 2 GiB is refused alone, and not read", async () => {
  const queue = await createQueue();
  const folder = await testFolder();
  const [large, small] = [join(folder, "large"), join(folder, "small")];
  await writeFile(small, "small");
  await writeFile(large, "");
  await truncate(large, 2 ** 31);
  const argv = ["-k", queue, "--confirm", "--quiet", "--summary", "text", "-f"];
  const exit = await pub([...argv, small, large, small]);
  const [warning, account] = exit.stderr.split("\n");
  expect(exit.code).toBe(5);
  const why = "2 GiB or more, the limit is 536870912";
  expect(warning).toBe(
    `WARNING: the broker refused a message (${why}) to exchange "", key "${queue}"`,
  );
  expect(account).toMatch(
    /^Account: read 3 = confirmed 2 \+ returned 0 \+ nacked 1 \+ unconfirmed 0/,
  );
  expect(await takeBodies(queue)).toEqual(["small", "small"]);
});
