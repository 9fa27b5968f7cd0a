// A message that no program can read: what came before it is handled, the run ends with exit code 9 and the way out.
import { expect, test } from "vitest";
import { con, startCon } from "../support/binaries.ts";
import { createQueue, takeBodies, untilQueue } from "../support/witness.ts";

/** Deeper than any program writes them, and than ours follows. */
function nested(depth: number): object {
  let headers = {};
  for (let i = 0; i < depth; i++) headers = { in: headers };
  return headers;
}

const bad = { body: "bad", headers: nested(1200) };

test("a message that cannot be decoded is tried again three times, then the run ends with the way out", async () => {
  const queue = await createQueue(["before", bad, "after"]);
  const { code, stdout, stderr } = await con(["-q", queue]);
  expect({ code, stdout }).toEqual({ code: 9, stdout: "Received: before\n" });
  const reason = "a message from the broker cannot be decoded: headers nested deeper than 1000";
  const lost = `WARNING: ${reason}; reconnecting\nconnected again to [^\n]+\n`;
  expect(stderr).toMatch(
    new RegExp(`^(${lost}){3}ERROR: ${reason}\nhint: [^\n]*remove it [^\n]*--purge[^\n]*\n$`),
  );
  await untilQueue(queue, { messages: 2 });
});

test("it goes by itself where the queue has a delivery limit", async () => {
  const queue = await createQueue(["before", bad, "after"], {
    arguments: { "x-queue-type": "quorum", "x-delivery-limit": 2 },
  });
  // With more at a time, what lies behind it is given back as often, and goes as well.
  const worker = startCon(["-q", queue, "--prefetch", "1"]);
  await worker.waitFor("stdout", "Received: after");
  worker.kill("SIGTERM");
  const { code, stdout } = await worker.ended();
  expect({ code, stdout }).toEqual({ code: 0, stdout: "Received: before\nReceived: after\n" });
  expect(await takeBodies(queue)).toEqual([]);
});
