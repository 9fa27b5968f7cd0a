// --dry-run of the built binaries: it connects to nothing, and draws what the screen or the pipe can show.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { measureColumns } from "../../src/ui/columns.ts";
import { pty, runToEnd, shell } from "../support/run.ts";

/** Nobody listens there: whoever connects ends with exit code 3. */
const env = { AMQP_URL: "amqp://guest:s3cret@127.0.0.1:1" };
const args = ["-q", "tasks", "-Q", "-e", "logs", "-E", "-t", "topic", "--bind-queue"];

describe("--dry-run", () => {
  it("connects to nothing, and draws with lines in a UTF-8 locale", async () => {
    const { code, stdout, stderr } = await runToEnd(
      "amqp-con",
      [...args, "-k", "kern.#", "--nad-queue", "--dry-run"],
      { env },
    );
    expect(stdout.split("\n").slice(0, 3)).toEqual([
      "               ╭────────────────╮           ┌───────────┐",
      " publishers ──▶│ logs           ├─ kern.# ─▶│ tasks     ├──▶ amqp-con",
      "               │ topic exchange │           │ transient │    prefetch 256",
    ]);
    expect(stdout).toContain("Would connect to 127.0.0.1:1, vhost /, as guest\n");
    expect(stdout + stderr).not.toContain("s3cret");
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });

  it("finds that input is not there", async () => {
    const exit = await runToEnd("amqp-pub", ["-k", "a", "-l", "no such", "--dry-run"], { env });
    const stderr = 'ERROR: --lines "no such": no such file\n';
    expect(exit).toMatchObject({ code: 2, stdout: "", stderr });
  });

  it("knows what a handler knows of its message, for templates", async () => {
    const text = "{{env AMQP_ROUTING_KEY}}";
    const words = ["-q", "a", "--template", "-m", text, "--dry-run"];
    const ofMessage = { ...env, AMQP_ATTEMPT: "1", AMQP_ROUTING_KEY: "b" };
    const { code, stderr } = await runToEnd("amqp-pub", words, { env: ofMessage });
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("draws in ASCII where the locale says nothing of UTF-8", async () => {
    const plain = { env: { ...env, LANG: "C" } };
    const { code, stdout } = await runToEnd("amqp-con", [...args, "-k", "a", "--dry-run"], plain);
    expect(stdout).toContain("publishers -->| logs           +- a ->| tasks       +--> amqp-con");
    expect(stdout).toMatch(/^[ -~\n]+$/);
    expect(code).toBe(0);
  });

  it("draws with lines on a terminal, and names likely mistakes", async () => {
    const child = pty("amqp-con", [...args, "-k", "a", "--message-ttl", "5s", "--dry-run"], {
      env: { ...env, LANG: "C" },
      on: "stdout",
    });
    const { code, stdout, stderr } = await child.ended();
    const lines = stdout.replaceAll("\r\n", "\n").split("\n");
    expect(stdout).toContain("▶│ logs           ├─ a ─▶│ tasks ");
    expect(lines.filter((line) => measureColumns(line) > 80)).toEqual([]);
    expect(stderr).toBe(
      "WARNING: messages that get too old in queue tasks are dropped: to keep them, add --dead-letter-exchange.\n",
    );
    expect(code).toBe(0);
  });

  it("is a Mermaid diagram and nothing else when asked for one", async () => {
    const { code, stdout, stderr } = await runToEnd(
      "amqp-pub",
      ["-e", "logs", "-E", "-t", "fanout", "-m", "s3cret text", "--dry-run=mermaid"],
      { env },
    );
    expect(stdout.split("\n")).toEqual([
      "flowchart LR",
      '  n1["amqp-pub<br>one message"]',
      '  n2(["logs<br>fanout exchange, transient, auto-delete"])',
      "  n1 --> n2",
      "",
    ]);
    expect(stderr).toMatch(/^WARNING: nothing here is bound to exchange logs: .+\n$/);
    expect(code).toBe(0);
  });

  it("shows what administration would do, and does nothing", async () => {
    const { code, stdout, stderr } = await runToEnd(
      "amqp-pub",
      ["-q", "tasks", "--purge", "--delete-queue", "--if-unused", "--dry-run"],
      { env },
    );
    expect(stdout.split("\n").slice(1)).toEqual([
      "Would purge queue: tasks",
      "Would delete queue: tasks, if unused",
      "",
    ]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });

  it("draws what docs/topology.md shows", async () => {
    const guide = readFileSync(join(import.meta.dirname, "../../docs/topology.md"), "utf8");
    const blocks = [...guide.matchAll(/^```console\n\$ (.*--dry-run)\n(.*?)^```$/gms)];
    expect(blocks).toHaveLength(1);
    for (const [, typed = "", drawing = ""] of blocks) {
      const { code, stdout } = await shell(typed).ended();
      expect(stdout).toBe(drawing);
      expect(code).toBe(0);
    }
  });

  it("can be asked for once, for every run", async () => {
    const dry = { ...env, AMQP_DRY_RUN: "true" };
    for (const binary of ["amqp-pub", "amqp-con"] as const) {
      const { code, stdout } = await runToEnd(binary, ["-q", "tasks"], { env: dry });
      expect(stdout).toContain("Would connect to 127.0.0.1:1, vhost /, as guest\n");
      expect(code).toBe(0);
    }
  });

  it("tells wrong use like a run", async () => {
    const { code, stdout, stderr } = await runToEnd("amqp-con", ["--dry-run"], { env });
    expect(stderr).toBe(
      "ERROR: no queue to consume from\nhint: name one with -q QUEUE, or declare one with -Q\n",
    );
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  it.each([
    ['--where "key == " -n 1', /^ERROR: --where "key == ": /],
    ["-- /nonexistent/program", /^ERROR: cannot run "\/nonexistent\/program": /],
  ])("finds what is wrong with %s, as a run does before it connects", async (words, error) => {
    const { code, stdout, stderr } = await shell(`amqp-con -q t --dry-run ${words}`, {
      env,
    }).ended();
    expect(stderr).toMatch(error);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });
});
