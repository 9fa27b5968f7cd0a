// amqp-pub --lines on a real broker: every byte arrives, in order, and every line is in the account.
import { randomBytes, randomInt } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pub, startPub } from "../support/binaries.ts";
import { testFolder } from "../support/folder.ts";
import { shell } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createQueue, takeAll, takeBodies } from "../support/witness.ts";
import { timeless } from "../support/timeless.ts";

async function fileWith(content: string | Buffer): Promise<string> {
  const folder = await testFolder();
  await writeFile(join(folder, "lines"), content);
  return join(folder, "lines");
}

/** Bytes in which the delimiter does not occur. */
function randomLine(delimiter: Buffer): Buffer {
  const line = randomBytes(randomInt(200));
  const at = line.indexOf(delimiter);
  return at < 0 ? line : line.subarray(0, at);
}

describe("bytes", () => {
  test.each([
    ["a newline", "\n", []],
    ["a NUL", "\0", ["-0"]],
    ["several characters", "→\r\n", ["--delimiter", "→\\r\\n"]],
  ])("5,000 random binary lines that end with %s come back identical", async (_, end, flags) => {
    const queue = await createQueue();
    const delimiter = Buffer.from(end);
    const sent = Array.from({ length: 5000 }, () => randomLine(delimiter));
    const stdin = Buffer.concat(sent.flatMap((line) => [line, delimiter]));
    const exit = await pub(["-k", queue, "-l", ...flags, "--confirm", "--quiet"], { stdin });
    expect(exit).toMatchObject({ code: 0, stdout: "", stderr: "" });
    const received = (await takeAll(queue)).map(({ content }) => content);
    expect(received.length).toBe(5000);
    expect(Buffer.concat(received.flatMap((line) => [line, delimiter])).equals(stdin)).toBe(true);
  });

  test("a line of five megabytes is one message", async () => {
    const queue = await createQueue();
    const long = Buffer.alloc(5_000_000, "0123456789");
    const stdin = Buffer.concat([Buffer.from("first\n"), long]);
    const exit = await pub(["-k", queue, "-l", "--confirm", "--quiet"], { stdin });
    expect(exit).toMatchObject({ code: 0, stderr: "" });
    const [first, second, ...others] = await takeAll(queue);
    expect(first?.content.toString()).toBe("first");
    expect(second?.content.equals(long)).toBe(true);
    expect(others).toEqual([]);
  });

  test("a file on standard input is read from where it stands, in pieces that split lines", async () => {
    const queue = await createQueue();
    const bodies = ["1", "2", "3", "4"].map((digit) => digit.repeat(400_000));
    const path = await fileWith(["read before", ...bodies].join("\n"));
    const env = { AMQP_URL: sharedBroker().url };
    const publish = `amqp-pub -k ${queue} -l --confirm --quiet`;
    const exit = await shell(`{ read line; ${publish}; } <${path}`, { env }).ended();
    expect(exit).toMatchObject({ code: 0, stderr: "" });
    const received = await takeBodies(queue);
    expect(received.map((body) => body.length)).toEqual([400_000, 400_000, 400_000, 400_000]);
    expect(received).toEqual(bodies);
  });

  test("a line is sent as soon as it ends, not when input does", async () => {
    const queue = await createQueue();
    const child = startPub(["-k", queue, "-l"], { stdin: "open" });
    await child.write("first\nunfin");
    await child.waitFor("stdout", "Sent: first");
    expect(await takeBodies(queue)).toEqual(["first"]);
    child.end("ished");
    expect(await child.ended()).toMatchObject({
      code: 0,
      stdout: "Sent: first\nSent: unfinished\n",
    });
  });
});

describe("keys", () => {
  test("each line goes where its key says", async () => {
    const [one, two] = [await createQueue(), await createQueue()];
    const stdin = `${one}:a\n${two}:b\n${one}:c:d\n`;
    const exit = await pub(["-l", "--key-delimiter", ":", "--confirm", "--quiet"], { stdin });
    expect(exit).toMatchObject({ code: 0, stderr: "" });
    expect(await takeBodies(one)).toEqual(["a", "c:d"]);
    expect(await takeBodies(two)).toEqual(["b"]);
  });

  test("a line without one ends the run after what came before it, and the account adds up", async () => {
    const queue = await createQueue();
    const stdin = `${queue}:a\n${queue}:b\nnone\n${queue}:c\n`;
    const argv = ["-l", "--key-delimiter", ":", "--quiet", "--summary", "text"];
    for (const [confirm, sum] of [
      [[], "confirmed 0 + returned 0 + nacked 0 + unconfirmed 2 (handed over: 2)"],
      [["--confirm"], "confirmed 2 + returned 0 + nacked 0 + unconfirmed 0"],
    ] as const) {
      const exit = await pub([...argv, ...confirm], { stdin });
      expect(exit).toMatchObject({ code: 2, stdout: "" });
      expect(timeless(exit.stderr)).toBe(
        `Account: read 2 = ${sum}\n` +
          "Duration: … s, … messages/s; reason for stopping: line 3 of stdin: there is no key: the --key-delimiter is missing\n" +
          "ERROR: line 3 of stdin: there is no key: the --key-delimiter is missing\n" +
          "hint: what came before it was sent; --on-bad-record skip passes over such input\n",
      );
      expect(await takeBodies(queue)).toEqual(["a", "b"]);
    }
  });

  test("or is passed over, told and counted", async () => {
    const queue = await createQueue();
    const stdin = `${queue}:a\nnone\n${queue}:c\nneither`;
    const argv = ["-l", "--key-delimiter", ":", "--quiet", "--on-bad-record", "skip"];
    const exit = await pub([...argv, "--confirm", "--summary", "json"], { stdin });
    expect(exit.code).toBe(0);
    const [first, second, account, skipped] = exit.stderr.split("\n");
    expect(first).toMatch(/^WARNING: line 2 of stdin: there is no key: .*; skipped$/);
    expect(second).toMatch(/^WARNING: line 4 of stdin: there is no key: .*; skipped$/);
    expect(JSON.parse(account ?? "")).toMatchObject({ read: 2, confirmed: 2, skipped: 2 });
    expect(skipped).toBe("Skipped: 2 that could not be sent");
    expect(await takeBodies(queue)).toEqual(["a", "c"]);
  });
});

describe("a source that fails half-way", () => {
  test("has sent what came before, reports it, and ends with 2", async () => {
    const queue = await createQueue();
    const file = await fileWith("a\nb\nc");
    const argv = ["-k", queue, "--confirm", "--quiet", "--summary", "text", "-l", file];
    const exit = await pub([...argv, "/nonexistent/lines"]);
    expect(exit.code).toBe(2);
    expect(timeless(exit.stderr)).toBe(
      "Account: read 3 = confirmed 3 + returned 0 + nacked 0 + unconfirmed 0\n" +
        'Duration: … s, … messages/s; reason for stopping: --lines "/nonexistent/lines": no such file\n' +
        'ERROR: --lines "/nonexistent/lines": no such file\n',
    );
    expect(await takeBodies(queue)).toEqual(["a", "b", "c"]);
  });

  test("stdin that is a folder is told in plain words", async () => {
    const queue = await createQueue();
    const env = { AMQP_URL: sharedBroker().url };
    const exit = await shell(`amqp-pub -k ${queue} -l </`, { env }).ended();
    const stderr = "ERROR: --lines stdin: is a directory\n";
    expect(exit).toMatchObject({ code: 2, stdout: "", stderr });
  });
});

describe("a queue that is full", () => {
  test("refuses what it cannot hold, and each line is in the account", async () => {
    const queue = await createQueue([], {
      arguments: { "x-max-length": 10, "x-overflow": "reject-publish" },
    });
    const stdin = Array.from({ length: 500 }, (_, i) => `${i}\n`).join("");
    const argv = ["-k", queue, "-l", "--confirm", "--nack-retries", "0", "--summary", "json"];
    const exit = await pub(argv, { stdin });
    expect(exit.code).toBe(5);
    const account: unknown = JSON.parse(exit.stderr.split("\n").at(-2) ?? "");
    const stored = await takeBodies(queue);
    expect(account).toMatchObject({
      read: 500,
      confirmed: stored.length,
      returned: 0,
      nacked: 500 - stored.length,
      unconfirmed: 0,
    });
    expect(exit.stdout).toBe(stored.map((body) => `Sent: ${body}\n`).join(""));
    expect(stored.length).toBeGreaterThanOrEqual(10);
    expect(stored.length).toBeLessThan(500);
  });
});

describe("on its way", () => {
  test("each line gets its id and its headers, and is compressed", async () => {
    const queue = await createQueue();
    const argv = ["-k", queue, "-l", "--template", "-H", "n={{n}}", "--message-id", "auto"];
    const exit = await pub([...argv, "--compress", "gzip", "--quiet"], { stdin: "a{{n}}\nb\n" });
    expect(exit).toMatchObject({ code: 0, stderr: "" });
    const received = await takeAll(queue);
    expect(received.map(({ properties: { headers } }) => headers)).toEqual([
      { n: "1" },
      { n: "2" },
    ]);
    expect(received.map(({ properties: { contentEncoding } }) => contentEncoding)).toEqual([
      "gzip",
      "gzip",
    ]);
    const [first, second] = received.map(({ properties: { messageId } }) => String(messageId));
    expect(first).not.toBe(second);
  });

  test("a rate is kept, and nothing is lost by it", async () => {
    const queue = await createQueue();
    const since = performance.now();
    const exit = await pub(["-k", queue, "-l", "--rate", "20", "--quiet"], {
      stdin: "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n",
    });
    expect(exit).toMatchObject({ code: 0, stderr: "" });
    expect(performance.now() - since).toBeGreaterThanOrEqual(500);
    expect(await takeBodies(queue)).toHaveLength(11);
  });

  test("a template that cannot be expanded is told before anything is opened", async () => {
    const argv = ["--server-name", "nowhere.invalid", "-m", "{{nope}}", "--template"];
    const exit = await pub(argv, { env: { AMQP_URL: undefined } });
    expect(exit).toMatchObject({ code: 2, stdout: "" });
    expect(exit.stderr).toBe(
      "ERROR: --template: {{nope}}: no such word; there are n, uuid, now, random, env\n",
    );
  });
});

test("a message larger than the broker takes is refused with the broker's own limit, and no other one", async () => {
  const queue = await createQueue();
  const [small, large] = [await fileWith("small"), await fileWith(Buffer.alloc(17 * 1024 * 1024))];
  const argv = [
    "-k",
    queue,
    "--confirm",
    "--quiet",
    "--summary",
    "text",
    "-f",
    small,
    large,
    small,
  ];
  const exit = await pub(argv);
  const [warning, account, , error, hint] = exit.stderr.split("\n");
  if (exit.code === 0) {
    // Brokers before 4.0 take up to 128 MiB.
    expect(warning).toBe("Account: read 3 = confirmed 3 + returned 0 + nacked 0 + unconfirmed 0");
    expect(await takeAll(queue)).toHaveLength(3);
    return;
  }
  expect(exit.code).toBe(4);
  expect(warning).toBe(
    `WARNING: the broker refused a message (17825792 bytes, the limit is 16777216) to exchange "", key "${queue}"`,
  );
  expect(account).toMatch(
    /^Account: read 3 = confirmed 2 \+ returned 0 \+ nacked 1 \+ unconfirmed 0/,
  );
  expect(error).toContain("message size 17825792 is larger than configured max size 16777216");
  expect(hint).toMatch(/^hint: split it, or raise the broker's max_message_size/);
  expect(await takeBodies(queue)).toEqual(["small", "small"]);
});
