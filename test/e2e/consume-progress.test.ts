// The progress bar of a consumer that knows how many messages it wants.
import { expect, test } from "vitest";
import { pty } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createQueue, put } from "../support/witness.ts";

const env = () => ({ AMQP_URL: sharedBroker().url });

test("a bar tells how many of --count have come, and never meets the messages", async () => {
  const queue = await createQueue();
  await put(queue, ...Array.from({ length: 40 }, () => ({ body: "x" })));
  const child = pty("amqp-con", ["-q", queue, "-n", "40", "--rate", "40"], {
    env: env(),
    on: "stderr",
  });
  await child.waitFor("stderr", /\[#+\.+\] *[1-9]\d?% {2}\d+ of 40/);
  const { code, stdout } = await child.ended();
  expect({ code, lines: stdout.split("\n").length - 1 }).toEqual({ code: 0, lines: 40 });
});

test("there is none where messages are shown on the same terminal", async () => {
  const queue = await createQueue();
  await put(queue, ...Array.from({ length: 20 }, () => ({ body: "x" })));
  const argv = ["-q", queue, "-n", "20", "--rate", "20"];
  const { code, stdout, stderr } = await pty("amqp-con", argv, { env: env(), on: "both" }).ended();
  expect(code).toBe(0);
  expect(stdout + stderr).not.toMatch(/\d+% /);
});
