// Where amqp-pub takes its messages from, and that every byte of them arrives.
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pub, startPub } from "../support/binaries.ts";
import { atTestEnd } from "../support/cleanup.ts";
import { brief } from "../support/name.ts";
import { pty } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createQueue, takeAll, takeBodies, takeOnly } from "../support/witness.ts";

/** A file with that content, in a folder of its own. */
async function fileWith(content: string | Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "amqp-pubcon-file-"));
  atTestEnd(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "message"), content);
  return join(folder, "message");
}

describe("-m", () => {
  test("- takes all of stdin as one message, every byte kept", async () => {
    const queue = await createQueue();
    const stdin = Buffer.concat([Buffer.from("two\nlines\0\r\n"), randomBytes(70_000)]);
    const exit = await pub(["-k", queue, "-m", "-"], { stdin });
    expect(exit).toMatchObject({ code: 0, stderr: "" });
    expect(exit.stdoutBytes).toEqual(
      Buffer.concat([Buffer.from("Sent: "), stdin, Buffer.from("\n")]),
    );
    expect((await takeOnly(queue)).content).toEqual(stdin);
  });

  test("without any source one empty message is sent, and stdin is not touched", async () => {
    const queue = await createQueue();
    const exit = await pub(["-k", queue], { stdin: "open" });
    expect(exit).toMatchObject({ code: 0, stdout: "Sent: \n", stderr: "" });
    expect(await takeBodies(queue)).toEqual([""]);
  });

  test("takes a text that begins with a dash, and text in any script", async () => {
    const queue = await createQueue();
    const exit = await pub(["-k", queue, "-m", "-x héllo 日本 🐇"]);
    expect(exit).toMatchObject({ code: 0, stdout: "Sent: -x héllo 日本 🐇\n", stderr: "" });
    expect(await takeBodies(queue)).toEqual(["-x héllo 日本 🐇"]);
  });

  test("is cut on a terminal when it is very long, with its size behind it", async () => {
    const queue = await createQueue();
    const env = { AMQP_URL: sharedBroker().url };
    const args = ["-k", queue, "-m", "x", "--message-size", "1MB"];
    const { code, stdout } = await pty("amqp-pub", args, { env }).ended();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Sent: x0123456789[0-9]*… \(976\.6 KiB in all\)\r\n$/);
    expect((await takeOnly(queue)).content).toHaveLength(1_000_000);
  });
});

describe("-f", () => {
  test("sends each file as one message, byte for byte, also one of several frames and an empty one", async () => {
    const queue = await createQueue();
    const contents = [randomBytes(1_000_000), Buffer.alloc(0), Buffer.from("text without newline")];
    const files = await Promise.all(contents.map(fileWith));
    const exit = await pub(["-k", queue, "--confirm", "--quiet", "-f", ...files]);
    expect(exit).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect((await takeAll(queue)).map(({ content }) => content)).toEqual(contents);
  });

  test("takes stdin where a file is called -", async () => {
    const queue = await createQueue();
    const exit = await pub(["-k", queue, "-f", await fileWith("first"), "-"], { stdin: "second" });
    expect(exit).toMatchObject({ code: 0, stdout: "Sent: first\nSent: second\n", stderr: "" });
    expect(await takeBodies(queue)).toEqual(["first", "second"]);
  });

  test.each([
    ["/no/such/file", "no such file"],
    ["/", "is a directory"],
  ])("says of %s: %s", async (file, reason) => {
    const queue = await createQueue();
    const exit = await pub(["-k", queue, "-f", file]);
    expect(exit).toMatchObject({ code: 2, stdout: "" });
    expect(exit.stderr).toBe(`ERROR: --file "${file}": ${reason}\n`);
  });
});

describe("-l", () => {
  test("sends each line of stdin: empty ones, one with NUL, one of a mebibyte, and a last one without newline", async () => {
    const queue = await createQueue();
    const long = randomBytes(524_288).toString("hex");
    const lines = ["first", "", "NUL \0 inside", long, "with a carriage return\r", "last"];
    const exit = await pub(["-k", queue, "-l", "--confirm"], { stdin: lines.join("\n") });
    expect(exit).toMatchObject({ code: 0, stderr: "" });
    expect(exit.stdout).toBe(lines.map((line) => `Sent: ${line}\n`).join(""));
    expect(await takeBodies(queue)).toEqual(lines);
  });

  test("keeps bytes that are no UTF-8", async () => {
    const queue = await createQueue();
    const line = Buffer.from([0xff, 0xfe, 0x80, 0xc3]);
    await pub(["-k", queue, "-l"], { stdin: Buffer.concat([line, Buffer.from("\n")]) });
    expect((await takeOnly(queue)).content).toEqual(line);
  });

  test("sends a line as soon as it is there, and waits for the next", async () => {
    const queue = await createQueue();
    const publisher = startPub(["-k", queue, "-l", "--confirm"], { stdin: "open" });
    await publisher.write("one\ntw");
    await publisher.waitFor("stdout", "Sent: one");
    expect(await takeBodies(queue)).toEqual(["one"]);
    await publisher.write("o\n");
    await publisher.waitFor("stdout", "Sent: two");
    publisher.end();
    expect(await publisher.ended()).toMatchObject({
      code: 0,
      stdout: "Sent: one\nSent: two\n",
      stderr: "",
    });
  });

  test("reads files in order, and sends nothing of an empty one", async () => {
    const queue = await createQueue();
    const files = await Promise.all(["a\nb", "", "c\n"].map(fileWith));
    const exit = await pub(["-k", queue, "-l", ...files]);
    expect(exit).toMatchObject({ code: 0, stdout: "Sent: a\nSent: b\nSent: c\n", stderr: "" });
    expect(await takeBodies(queue)).toEqual(["a", "b", "c"]);
  });
});

describe("repeats", () => {
  test("are numbered, and --pub-name stands before the number", async () => {
    const queue = await createQueue();
    const exit = await pub([
      "-k",
      queue,
      "-m",
      "Hello!",
      "--nb-messages",
      "2",
      "--pub-name",
      "P",
      "--interval",
      "0",
    ]);
    expect(exit).toMatchObject({
      code: 0,
      stdout: "Sent: P:1:Hello!\nSent: P:2:Hello!\n",
      stderr: "",
    });
    expect(await takeBodies(queue)).toEqual(["P:1:Hello!", "P:2:Hello!"]);
  });

  test("have exactly --message-size bytes, number included: padded, or cut between two characters", async () => {
    const queue = await createQueue();
    const sized = (size: string) => [
      "-k",
      queue,
      "--message-size",
      size,
      "-m",
      "héé",
      "--interval",
      "0",
    ];
    expect(await pub([...sized("12"), "--nb-messages", "2"])).toMatchObject({
      code: 0,
      stdout: "Sent: 1:héé01234\nSent: 2:héé01234\n",
    });
    expect(await pub(sized("4"))).toMatchObject({ code: 0, stdout: "Sent: hé0\n" });
    expect(await pub([...sized("64KiB"), "--quiet"])).toMatchObject({ code: 0, stdout: "" });
    const sizes = (await takeAll(queue)).map(({ content }) => content.length);
    expect(sizes).toEqual([12, 12, 4, 65_536]);
  });

  test("are --interval apart, and nobody waits after the last", async () => {
    const queue = await createQueue();
    const three = await pub(["-k", queue, "-m", "x", "--nb-messages", "3", "--interval", "0.25"]);
    expect(three).toMatchObject({ code: 0, stdout: "Sent: 1:x\nSent: 2:x\nSent: 3:x\n" });
    expect(three.ms).toBeGreaterThan(500);
    const one = await pub(["-k", queue, "-m", "x", "--interval", "8s"]);
    expect(one).toMatchObject({ code: 0, stdout: "Sent: x\n" });
    expect(one.ms).toBeLessThan(5000);
  });

  test("go on for ever with --nb-messages 0, until SIGINT", async () => {
    const queue = await createQueue();
    const publisher = startPub(["-k", queue, "-m", "x", "--nb-messages", "0", "--interval", "1ms"]);
    await publisher.waitFor("stdout", "Sent: 5:x");
    publisher.kill("SIGINT");
    const { code, stdout, stderr } = await publisher.ended();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "Stopped\n" });
    const sent = stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.replace("Sent: ", ""));
    expect(await takeBodies(queue)).toEqual(sent);
  });

  test.each(["--persistent", "--rate=1000000"])(
    "as fast as they go keep neither statistics nor SIGINT waiting: %s",
    async (flag) => {
      const args = ["-m", "x", "--nb-messages=0", "--interval=0", "--quiet", "--stats=0.1", flag];
      const publisher = startPub(["-k", brief("queue"), ...args]);
      await publisher.waitFor("stderr", "Stats: ");
      publisher.kill("SIGINT");
      const { code, stderr } = await publisher.ended();
      expect(code).toBe(0);
      expect(stderr).toContain("\nStopped\n");
    },
  );

  test("as fast as they go let the broker be heard", async () => {
    const args = ["-m", "x", "--nb-messages", "0", "--interval", "0", "--quiet"];
    const exit = await pub(["-e", brief("exchange"), ...args]);
    expect(exit).toMatchObject({ code: 4, stdout: "" });
    expect(exit.stderr).toContain("NOT_FOUND - no exchange");
  });
});
