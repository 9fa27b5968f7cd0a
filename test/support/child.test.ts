// One child process: what is known of its output and its end, and that it never outlives its test.
import { openSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { command, type RunOptions } from "./run.ts";

function node(script: string, options: RunOptions = {}) {
  return command(process.execPath, ["-e", script], options);
}

describe("a child process", () => {
  test("resolves a wait with the line when the line appears", async () => {
    const child = node("process.stdin.on('data', (d) => console.error('got ' + d))", {
      stdin: "open",
    });
    await child.write("one");
    await expect(child.waitFor("stderr", "got")).resolves.toBe("got one");
    await child.write("two");
    await expect(child.waitFor("stderr", /^got t/)).resolves.toBe("got two");
    child.end();
    await expect(child.exit).resolves.toMatchObject({
      code: 0,
      signal: null,
      stdout: "",
      stderr: "got one\ngot two\n",
    });
  });

  test("does not take half a line for the line", async () => {
    const child = node(
      "process.stdout.write('Received: 1'); process.stdin.once('data', () => console.log('0'))",
      {
        stdin: "open",
      },
    );
    await expect(child.waitForPrompt("stdout", "Received")).resolves.toBe("Received: 1");
    child.end("go");
    await expect(child.waitFor("stdout", "Received: 1")).resolves.toBe("Received: 10");
  });

  test("counts what stands after the last newline as a line once the stream has ended", async () => {
    const child = node("process.stdout.write('a\\nb')");
    await expect(child.waitForLines("stdout", 2)).resolves.toEqual(["a", "b"]);
  });

  test("rejects a wait with everything printed when the process exits first", async () => {
    const child = node("console.log('only this'); console.error('and that'); process.exitCode = 3");
    const wait = child.waitFor("stdout", "never");
    await expect(wait).rejects.toThrow(
      /never on stdout: the process has ended[^]*ended with 3[^]*only this[^]*and that/,
    );
  });

  test("rejects a wait with everything printed when the deadline passes", async () => {
    const child = node("console.log('ready'); process.stdin.resume()", { stdin: "open" });
    await child.waitFor("stdout", "ready");
    await expect(child.waitFor("stdout", "never", 50)).rejects.toThrow(
      /not within 50 ms[^]*still running[^]*ready/,
    );
  });

  test("keeps bytes as they are", async () => {
    const bytes = Buffer.from([0xff, 0x00, 0x0a, 0xc3]);
    const { stdoutBytes } = await node("process.stdin.pipe(process.stdout)", { stdin: bytes }).exit;
    expect(stdoutBytes).toEqual(bytes);
  });

  test("puts a character together that came in two pieces", async () => {
    const script = "process.stdin.pipe(process.stdout)";
    const child = node(script, { stdin: "open" });
    await child.write(Buffer.from([0x3e, 0xc3]));
    await child.waitForPrompt("stdout", ">");
    child.end(Buffer.from([0xa9, 0x0a]));
    await expect(child.waitFor("stdout", ">")).resolves.toBe(">é");
  });

  test("says which signal has ended it, and that a signal came too late", async () => {
    const child = node("console.log('up'); process.stdin.resume()", { stdin: "open" });
    await child.waitFor("stdout", "up");
    expect(child.kill("SIGTERM")).toBe(true);
    await expect(child.exit).resolves.toMatchObject({
      code: null,
      signal: "SIGTERM",
      stdout: "up\n",
    });
    expect(child.kill()).toBe(false);
  });

  test("rejects its exit when the program does not exist", async () => {
    const child = command("/nonexistent/amqp", []);
    await expect(child.exit).rejects.toThrow("ENOENT");
    await expect(child.waitFor("stdout", "x")).rejects.toThrow("could not be started");
    await expect(child.ended()).rejects.toThrow("ENOENT");
  });

  test("is killed, with what it printed in the error, when it does not end in time", async () => {
    const child = node("console.log('hanging'); process.stdin.resume()", { stdin: "open" });
    await child.waitFor("stdout", "hanging");
    await expect(child.ended(50)).rejects.toThrow(/its end: not within 50 ms[^]*hanging/);
    await expect(child.exit).resolves.toMatchObject({ signal: "SIGKILL" });
  });

  test("cannot write to a reader that hangs, and goes on when it reads again", async () => {
    const child = node(
      "console.error('up'); process.stdout.write(Buffer.alloc(4e6, 65), () => console.error('written'))",
    );
    child.pause("stdout");
    await child.waitFor("stderr", "up");
    await expect(child.waitFor("stderr", "written", 300)).rejects.toThrow("not within");
    child.resume("stdout");
    await child.waitFor("stderr", "written");
    expect((await child.exit).stdoutBytes).toHaveLength(4e6);
  });

  test("can print to a descriptor instead", async () => {
    const full = openSync("/dev/full", "w");
    const child = node(
      "try { require('fs').writeSync(1, 'x') } catch (e) { console.error(e.code) }",
      { stdout: full },
    );
    await expect(child.exit).resolves.toMatchObject({ stdout: "", stderr: "ENOSPC\n" });
  });

  test("has ended only when those that hold its output have, and its group takes them along", async () => {
    const child = command("sh", ["-c", "sleep 1000 & echo up; wait"]);
    await child.waitFor("stdout", "up");
    child.kill("SIGKILL");
    await expect(child.waitFor("stdout", "never", 100)).rejects.toThrow("not within 100 ms");
    child.killGroup();
    await expect(child.exit).resolves.toMatchObject({ signal: "SIGKILL", stdout: "up\n" });
  });
});

describe("processes of an earlier test", () => {
  let pid: number | undefined;

  test("are started here", async () => {
    const child = node(
      "console.log('up'); process.on('SIGTERM', () => {}); process.stdin.resume()",
      { stdin: "open" },
    );
    await child.waitFor("stdout", "up");
    pid = child.pid;
    expect(child.running).toBe(true);
  });

  test("are gone here", () => {
    expect(pid).toBeGreaterThan(0);
    expect(() => process.kill(pid ?? 0, 0)).toThrow("ESRCH");
  });
});

describe("a process that nobody ends", () => {
  test("ends with the process that has started it, also when that is terminated", async () => {
    const support = JSON.stringify(new URL("run.ts", import.meta.url).href);
    const script = `import { command } from ${support};
      command("sleep", ["20"], { stdout: 1 }); console.log("up"); setInterval(() => {}, 1e6)`;
    const owner = command(process.execPath, [
      "--import",
      "tsx",
      "--input-type=module",
      "-e",
      script,
    ]);
    await owner.waitFor("stdout", "up");
    owner.kill("SIGTERM");
    await expect(owner.ended(5000)).resolves.toMatchObject({ signal: "SIGTERM" });
  });
});
