// Handlers of a connection that is lost: what had not reached one yet does not count as received, for it comes again; what may
// come again after the end is told.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startCon } from "../support/binaries.ts";
import { testFolder } from "../support/folder.ts";
import { proxied } from "../support/proxied.ts";
import { createQueue, takeBodies, untilQueue } from "../support/witness.ts";

const NUMBERS = Array.from({ length: 30 }, (_, i) => `${i}`);
/** More are in hand than handlers run. */
const IN_HAND = ["--jobs", "2", "--prefetch", "30", "--summary", "json"];
const SCRIPT = ["--shell", "cat; echo; sleep 0.1"];

async function cutAtTheFirstLine(bodies: readonly string[], ...words: readonly string[]) {
  const queue = await createQueue(bodies);
  const { proxy, env } = await proxied();
  const worker = startCon(["-q", queue, ...IN_HAND, ...words, ...SCRIPT], { env });
  await worker.waitForLines("stdout", 1);
  proxy.cut();
  const { code, stdout, stderr } = await worker.ended();
  const { received } = JSON.parse(/^\{.*$/m.exec(stderr)?.[0] ?? "{}");
  return { code, lines: stdout.trimEnd().split("\n"), received, left: await takeBodies(queue) };
}

test("--count counts what handlers have begun with", async () => {
  const { code, lines, received } = await cutAtTheFirstLine(NUMBERS, "-n", "12");
  expect({ code, received, runs: lines.length }).toEqual({ code: 0, received: 12, runs: 12 });
});

test("--until-body waits until a handler has it", async () => {
  const bodies = [...NUMBERS.slice(0, 10), "quit", "after"];
  const { code, lines, left } = await cutAtTheFirstLine(bodies, "--until-body", "quit");
  expect(code).toBe(0);
  expect(new Set(lines)).toEqual(new Set(bodies.slice(0, -1)));
  expect(left).toContain("after");
});

test("the last acknowledgement is lost with its connection: its message may come again", async () => {
  const queue = await createQueue(["1"]);
  const { proxy, env } = await proxied();
  const go = join(await testFolder(), "go");
  const script = `until [ -e ${go} ]; do sleep 0.05; done`;
  const worker = startCon(["-q", queue, "-n", "1", "--shell", script], { env });
  await untilQueue(queue, { messages: 0, consumers: 0 });
  proxy.mode = "drop-to-server";
  await writeFile(go, "");
  await proxy.until("the acknowledgement", ({ swallowed }) => swallowed > 0);
  proxy.cut();
  const { code, stderr } = await worker.ended();
  expect(code).toBe(0);
  expect(stderr).toContain("WARNING: the broker did not answer the end of the run: messages");
  await untilQueue(queue, { messages: 1 });
});
