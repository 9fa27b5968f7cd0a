// --stats, --latency-header and --report with the real binaries: what is measured, where it is shown, and where it is not.
import { readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { testFolder } from "../support/folder.ts";
import { pty, run, runToEnd } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createQueue, put, takeAll } from "../support/witness.ts";

const env = () => ({ AMQP_URL: sharedBroker().url });
const LINE = /^Stats: \d+\.\d s, \d+ messages \([\d.]+\/s\), [\d.]+ \w+ \([\d.]+ \w+\/s\)/;
const PERCENTILES = String.raw`p50 [\d.]+ ms, p75 [\d.]+ ms, p95 [\d.]+ ms, p99 [\d.]+ ms, max [\d.]+ ms`;

/** What draws on a terminal in its place. */
const DRAWING = "\u001b[?2026h";

function numbers(count: number): string {
  return Array.from({ length: count }, (_, i) => `${i + 1}\n`).join("");
}

describe("lines", () => {
  test("go to stderr and messages to stdout; the last line is for the whole run", async () => {
    const queue = await createQueue();
    const argv = ["-k", queue, "-m", "tick", "--nb-messages=4", "--interval=0.1", "--confirm"];
    const { code, stdout, stderr } = await runToEnd("amqp-pub", [...argv, "--stats", "0.1"], {
      env: env(),
    });
    expect(code).toBe(0);
    expect(stdout).toBe("Sent: 1:tick\nSent: 2:tick\nSent: 3:tick\nSent: 4:tick\n");
    const lines = stderr.trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines.slice(0, -1)) expect(line).toMatch(LINE);
    expect(lines.at(-1)).toMatch(
      new RegExp(
        String.raw`^Stats: in all [\d.]+ s, 4 messages \(.*\), in flight 0, confirm latency ${PERCENTILES}$`,
      ),
    );
  });

  test("know nothing of flight and confirms without --confirm", async () => {
    const queue = await createQueue();
    const argv = ["-k", queue, "-l", "--quiet", "--stats"];
    const { code, stdout, stderr } = await runToEnd("amqp-pub", argv, {
      env: env(),
      stdin: numbers(3),
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(
      /^Stats: in all [\d.]+ s, 3 messages \([\d.]+\/s\), 3 B \([\d.]+ \w+\/s\)\n$/,
    );
  });

  test("of a consumer tell what it holds: a handler at work has one", async () => {
    const queue = await createQueue(["a"]);
    const argv = ["-q", queue, "-n", "1", "--stats", "0.1", "--", "sh", "-c", "read x; sleep 0.6"];
    const { code, stderr } = await runToEnd("amqp-con", argv, { env: env() });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Stats: .* 1 messages .*, unacked 1$/m);
  });
});

test("what --ack-auto shows after the stop counts, too", async () => {
  const queue = await createQueue();
  await put(queue, ...["a", "b", "c", "d"].map((body) => ({ body })));
  const argv = ["-q", queue, "--ack-auto", "--rate", "1", "--timeout", "0.5", "--stats", "10"];
  const { stdout, stderr } = await runToEnd("amqp-con", argv, { env: env() });
  expect(stdout.split("\n").length - 1).toBe(4);
  expect(stderr).toMatch(/^Stats: in all [\d.]+ s, 4 messages \(.*\), 4 B/m);
});

test("the latency of a request is the time to its reply", async () => {
  const queue = await createQueue();
  const server = run("amqp-con", ["-q", queue, "-n", "2", "--reply", "--", "cat"], { env: env() });
  const argv = ["-k", queue, "-m", "x", "--nb-messages", "2", "--interval", "0", "--rpc"];
  const { code, stdout, stderr } = await runToEnd("amqp-pub", [...argv, "--stats", "5"], {
    env: env(),
  });
  expect({ code, stdout }).toEqual({ code: 0, stdout: "Received: 1:x\nReceived: 2:x\n" });
  expect(stderr).toMatch(/^Stats: in all .* 2 messages .*, under way 0, reply latency p50 /);
  expect((await server.ended()).code).toBe(0);
});

describe("latency from end to end", () => {
  test("is known by the header of --latency-header: microseconds since 1970, as int64", async () => {
    const queue = await createQueue();
    const before = Date.now() * 1000;
    await runToEnd("amqp-pub", ["-k", queue, "-m", "x", "--confirm", "--latency-header"], {
      env: env(),
    });
    const after = (Date.now() + 1) * 1000;
    const [message] = await takeAll(queue);
    const sentAt = Number(message?.properties.headers?.["x-sent-at"]);
    expect(sentAt).toBeGreaterThanOrEqual(before);
    expect(sentAt).toBeLessThanOrEqual(after);
  });

  test("is told by amqp-con, and not for messages without the header", async () => {
    const queue = await createQueue(["plain"]);
    const stats = ["-q", queue, "--until-empty", "--format", "none", "--stats"];
    const without = await runToEnd("amqp-con", stats, { env: env() });
    expect(without.stderr).not.toContain("latency");
    await runToEnd("amqp-pub", ["-k", queue, "-l", "--quiet", "--latency-header"], {
      env: env(),
      stdin: numbers(10),
    });
    const { code, stdout, stderr } = await runToEnd("amqp-con", stats, { env: env() });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(/^Stats: in all .* 10 messages .* end-to-end latency p50 [\d.]+ m?s, /m);
  });
});

describe("on a terminal", () => {
  test("a chart is drawn in its place, below all other lines, while messages go elsewhere untouched", async () => {
    const queue = await createQueue(["one", "two"]);
    const con = pty("amqp-con", ["-q", queue, "--stats", "0.1"], {
      env: env(),
      on: "stderr",
      columns: 70,
    });
    await con.waitFor("stdout", "Received: two");
    await con.waitFor("stderr", /2 messages/);
    await con.waitFor("stderr", /last 0\.[3-9] s/);
    await con.write("\x03");
    const { code, stdout, stderr } = await con.ended();
    expect(code).toBe(0);
    expect(stdout).toBe("Received: one\nReceived: two\n");
    expect(stderr).toContain(DRAWING);
    expect(stderr).toContain("messages per second");
    expect(stderr).toMatch(/Stats: in all .* 2 messages/);
  });

  test("the cursor is never hidden and no mode stays set, also when it is stopped at once", async () => {
    const queue = await createQueue();
    const con = pty("amqp-con", ["-q", queue, "--stats", "0.1"], { env: env(), on: "stderr" });
    await con.waitFor("stderr", "messages per second");
    con.killGroup("SIGKILL");
    const { stderr } = await con.ended();
    // oxlint-disable-next-line no-control-regex
    const modes = stderr.match(/\u001b\[\?\d+[hl]/g) ?? [];
    expect(new Set(modes)).toEqual(new Set([DRAWING, "\u001b[?2026l"]));
    expect(stderr.lastIndexOf("\u001b[?2026l")).toBeGreaterThan(stderr.lastIndexOf(DRAWING));
  });

  test("that shows messages too, there are lines instead, so that nothing is garbled", async () => {
    const queue = await createQueue(["one"]);
    const con = pty("amqp-con", ["-q", queue, "--stats", "0.1"], { env: env() });
    await con.waitFor("stdout", /^Stats: .* 1 messages/);
    await con.write("\x03");
    const { stdout } = await con.ended();
    expect(stdout).not.toContain("\u001b[?");
    expect(stdout).toContain("Received: one\r\n");
  });

  test("it has that terminal to itself when no messages are shown", async () => {
    const queue = await createQueue(["one"]);
    const con = pty("amqp-con", ["-q", queue, "--stats", "0.1", "--format", "none"], {
      env: env(),
    });
    await con.waitFor("stdout", / 1 messages /);
    await con.write("\x03");
    const { code, stdout } = await con.ended();
    expect(code).toBe(0);
    expect(stdout).toContain(DRAWING);
  });

  test("nothing that a message or a name holds can get into it", async () => {
    const evil = "\u001b]0;owned\u0007\u001b[2J";
    const queue = await createQueue([{ body: evil, headers: { "x-sent-at": evil, [evil]: evil } }]);
    const argv = ["-q", queue, "--stats", "0.1", "--format", "none", "--consumer-tag", evil];
    const con = pty("amqp-con", argv, { env: env() });
    await con.waitFor("stdout", /1 messages/);
    await con.write("\x03");
    const { stdout } = await con.ended();
    expect(stdout).not.toContain("owned");
    expect(stdout).not.toContain("\u001b[2J");
  });
});

describe("a report", () => {
  test("tells the run, and hides its secrets", async () => {
    const queue = await createQueue();
    const report = join(await testFolder(), "report.html");
    const argv = ["-k", queue, "-l", "--confirm", "--quiet", "--report", report];
    const { code, stderr } = await runToEnd("amqp-pub", argv, { env: env(), stdin: numbers(500) });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const page = await readFile(report, "utf8");
    expect(page).toContain("<td>500</td>");
    expect(page).toContain(queue);
    expect(page).toContain("everything asked for was done (exit code 0)");
    expect(page).toContain(":***@");
    expect(page).not.toContain(new URL(sharedBroker().url.split(",")[0] ?? "").password + "@");
  });

  test.each(["SIGTERM", "SIGINT"] as const)("is written when %s ends the run", async (signal) => {
    const queue = await createQueue(["one"]);
    const report = join(await testFolder(), "report.html");
    const con = run("amqp-con", ["-q", queue, "--report", report], { env: env() });
    await con.waitFor("stdout", "Received: one");
    con.kill(signal);
    const { code, stderr } = await con.ended();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "Stopped\n" });
    expect(await readFile(report, "utf8")).toContain("stopped by a signal; ");
  });

  test("is written when the broker refuses the run, with its words", async () => {
    const report = join(await testFolder(), "report.html");
    const argv = ["-q", "no such <queue>", "--report", report];
    expect((await runToEnd("amqp-con", argv, { env: env() })).code).toBe(4);
    const page = await readFile(report, "utf8");
    expect(page).toMatch(/NOT_FOUND - no queue &#39;no such &lt;queue&gt;&#39; .*\(exit code 4\)/);
  });

  test("that leads elsewhere is refused before anything is connected, with exit code 7", async () => {
    const folder = await testFolder();
    const [target, report] = [join(folder, "precious"), join(folder, "report.html")];
    await writeFile(target, "precious");
    await symlink(target, report);
    const argv = [
      "-k",
      "q",
      "-m",
      "x",
      "--report",
      report,
      "--server-name",
      "no-such-host.invalid",
    ];
    const { code, stdout, stderr } = await runToEnd("amqp-pub", argv);
    expect({ code, stdout }).toEqual({ code: 7, stdout: "" });
    expect(stderr).toContain(`ERROR: --report "${report}" cannot be written: ELOOP`);
    expect(await readFile(target, "utf8")).toBe("precious");
  });

  test("that cannot be written at the end makes a good run end with exit code 7", async () => {
    const queue = await createQueue();
    const argv = ["-k", queue, "-m", "x", "--confirm", "--report", "/dev/full"];
    const { code, stdout, stderr } = await runToEnd("amqp-pub", argv, { env: env() });
    expect({ code, stdout }).toEqual({ code: 7, stdout: "Sent: x\n" });
    expect(stderr).toBe(
      'ERROR: --report "/dev/full" cannot be written: ENOSPC: no space left on device, write\nhint: make room on the disk\n',
    );
  });
});
