// What comes back to a terminal after Ctrl-Z and `fg`.
import { expect, test, vi } from "vitest";
import { processesWith } from "../support/processes.ts";
import { pty } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createQueue } from "../support/witness.ts";

/** How drawing begins that replaces nothing. */
const DRAWING_ANEW = "\u001b[?2026h\r";

/** The process that consumes from this queue. */
async function consumerOf(queue: string) {
  const [found] = await processesWith(`amqp-con -q ${queue}`);
  if (!found) throw new Error(`nobody consumes from ${queue}`);
  return found;
}

test("a chart begins anew below what the shell has written meanwhile", async () => {
  const queue = await createQueue();
  const env = { AMQP_URL: sharedBroker().url };
  const con = pty("amqp-con", ["-q", queue, "--stats", "0.1"], { env, on: "stderr" });
  await con.waitFor("stderr", /last 0\.[3-9] s/);
  const timesAnew = (): number => con.stderr.text.split(DRAWING_ANEW).length - 1;
  expect(timesAnew()).toBe(1);
  const { pid } = await consumerOf(queue);
  process.kill(pid, "SIGSTOP");
  await vi.waitFor(async () => expect((await consumerOf(queue)).state).toMatch(/^T/));
  await vi.waitFor(() => {
    // The terminal (`script`) stops with its program.
    con.kill("SIGCONT");
    process.kill(pid, "SIGCONT");
    expect(timesAnew()).toBeGreaterThan(1);
  }, 5000);
});
