// How programs are started: their environment, a shell around them, a terminal; tried with small Node programs.
import { describe, expect, test } from "vitest";
import { command, environment, quote, shell, terminal } from "./run.ts";

describe("the environment of a child", () => {
  test("has nothing of the runner's that changes what our binaries do", async () => {
    process.env["AMQP_URL"] = "amqp://from-the-runner";
    process.env["NO_COLOR"] = "1";
    const { stdout } = await command(
      process.execPath,
      ["-e", "console.log(JSON.stringify(process.env))"],
      {
        env: { AMQP_VHOST: "v" },
      },
    ).exit;
    delete process.env["AMQP_URL"];
    delete process.env["NO_COLOR"];
    const names = Object.keys(JSON.parse(stdout));
    expect(
      names.filter((name) => /^(AMQP_|NO_COLOR|FORCE_COLOR|NODE_OPTIONS|VITEST)/.test(name)),
    ).toEqual(["AMQP_VHOST"]);
    expect(names).toContain("PATH");
  });

  test("loses a variable that is given as undefined", () => {
    expect(environment({ HOME: undefined })).not.toHaveProperty("HOME");
  });
});

describe("a shell line", () => {
  test("finds both binaries by name, and fails when a member of a pipe fails", async () => {
    const child = shell("command -v amqp-pub amqp-con; false | cat");
    const { code, stdout } = await child.exit;
    expect(code).toBe(1);
    expect(stdout.match(/path\/amqp-(pub|con)$/gm)).toEqual(["path/amqp-pub", "path/amqp-con"]);
  });

  test("hands quoted arguments on unchanged", async () => {
    const hostile = 'it\'s $HOME `id` "x" \\ \n*';
    await expect(shell(`printf %s ${quote(hostile)}`).exit).resolves.toMatchObject({
      stdout: hostile,
    });
  });
});

describe("a terminal", () => {
  const report = `
    const is = [process.stdin, process.stdout, process.stderr].map((s) => Boolean(s.isTTY)).join();
    console.log('out ' + is + ' ' + (process.stdout.columns ?? process.stderr.columns)); console.error('err')`;

  test("is both streams by default, of the size that was asked for", async () => {
    const child = terminal(process.execPath, ["-e", report], { columns: 61 });
    await expect(child.exit).resolves.toMatchObject({
      code: 0,
      stdout: "out true,true,true 61\r\nerr\r\n",
      stderr: "",
    });
  });

  test("can be stdout alone", async () => {
    const child = terminal(process.execPath, ["-e", report], { on: "stdout" });
    await expect(child.exit).resolves.toMatchObject({
      stdout: "out true,true,false 80\r\n",
      stderr: "err\n",
    });
  });

  test("can be stderr alone", async () => {
    const child = terminal(process.execPath, ["-e", report], { on: "stderr" });
    await expect(child.exit).resolves.toMatchObject({
      stdout: "out true,false,true 80\n",
      stderr: "err\r\n",
    });
  });

  test("passes the exit code on, shows a prompt, echoes what is typed, and sends Ctrl-C", async () => {
    const script = `process.on('SIGINT', () => { console.log('stopped'); process.exit(7) });
      process.stdout.write('name? '); process.stdin.on('data', (d) => console.log('hello ' + d))`;
    const child = terminal(process.execPath, ["-e", script]);
    await child.waitForPrompt("stdout", "name?");
    await child.write("Ann\n");
    await child.waitFor("stdout", "hello Ann");
    await child.write("\x03");
    await child.waitFor("stdout", "stopped");
    const { code, stdout } = await child.exit;
    expect(code).toBe(7);
    expect(stdout).toContain("name? Ann\r\n");
  });
});
