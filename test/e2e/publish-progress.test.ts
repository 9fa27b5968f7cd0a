// The progress bar on a real terminal, and that it never meets the messages.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { testFolder } from "../support/folder.ts";
import { pty } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createQueue, takeBodies } from "../support/witness.ts";

const BAR = /\[#*\.*\] *\d+%/;

const env = () => ({ AMQP_URL: sharedBroker().url });

describe("on a terminal", () => {
  test.each([
    ["a bar tells how far a file of lines has been sent, and is gone at the end", 80, 24],
    ["it does also where the terminal does not know its size", 0, 0],
  ])("%s", async (_, columns, rows) => {
    const queue = await createQueue();
    const file = join(await testFolder(), "lines");
    await writeFile(file, "0123456789\n".repeat(40));
    const child = pty("amqp-pub", ["-k", queue, "-l", file, "--rate", "40"], {
      env: env(),
      on: "stderr",
      columns,
      rows,
    });
    await child.waitFor("stderr", /\[#+\.+\] *[1-9]\d?%/);
    const { code, stdout, stderr } = await child.ended();
    expect({ code, stdout }).toEqual({ code: 0, stdout: "Sent: 0123456789\n".repeat(40) });
    expect(stderr).toMatch(/\d+ B of 440 B {2}\d+ msg\/s {2}.* left/);
    expect(await takeBodies(queue)).toHaveLength(40);
  });

  test.each([
    ["messages are shown on the same terminal", ["--nb-messages", "3"], "both"],
    ["nobody knows how much there is", ["--nb-messages", "0", "--quiet"], "stderr"],
  ] as const)("there is none where %s", async (_, flags, on) => {
    const queue = await createQueue();
    const argv = ["-k", queue, "-m", "x", "--interval", "0.3", ...flags];
    const child = pty("amqp-pub", argv, { env: env(), on });
    if (on === "both") await child.waitFor("stdout", "Sent: 3:x");
    else await expect.poll(() => takeBodies(queue), { timeout: 5000 }).toContain("3:x");
    await child.write("\x03");
    const { stdout, stderr } = await child.ended();
    expect(stdout).not.toMatch(BAR);
    expect(stderr).not.toMatch(BAR);
  });
});
