// A single active consumer that stops: the next one goes on where it was, in order, as if it had been killed.
import { expect, test, vi } from "vitest";
import { con, startCon } from "../support/binaries.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createQueue, put, untilQueue } from "../support/witness.ts";

test.each(["classic", "quorum"])("hands over in order: a %s queue", async (type) => {
  const table = { "x-queue-type": type, "x-single-active-consumer": true };
  const queue = await createQueue([], { arguments: table });
  const numbers = Array.from({ length: 400 }, (_, i) => `${i}`);
  await put(queue, ...numbers);
  const declared = ["-Q", "--durable-queue", "--nad-queue", "--queue-type", type];
  const words = ["-q", queue, ...declared, "--single-active-consumer", "--format", "body"];
  const first = startCon([...words, "--prefetch", "30", "--rate", "100"]);
  await first.waitForLines("stdout", 5);
  const second = con([...words, "--prefetch", "30", "--until-body", "399"]);
  await untilSubscribed(queue, 2);
  first.kill("SIGTERM");
  const ends = await Promise.all([first.ended(), second]);
  expect(ends.map(({ stdout }) => stdout).join("")).toBe(`${numbers.join("\n")}\n`);
  expect(ends.map(({ code }) => code)).toEqual([0, 0]);
  await untilQueue(queue, { messages: 0 });
});

test("hands over in order also what is on its way when nothing is in hand", async () => {
  const table = { "x-queue-type": "quorum", "x-single-active-consumer": true };
  const numbers = Array.from({ length: 20_000 }, (_, i) => `${i}`);
  const queue = await createQueue(numbers, { arguments: table });
  const declared = ["-q", queue, "-Q", "--queue-type", "quorum", "--single-active-consumer"];
  const words = [...declared, "--format", "body"];
  const first = startCon([...words, "--prefetch", "1"]);
  await first.waitForLines("stdout", 1);
  const second = con([...words, "--until-body", "19999"]);
  await untilSubscribed(queue, 2);
  first.kill("SIGTERM");
  const ends = await Promise.all([first.ended(), second]);
  expect(ends.map(({ stdout }) => stdout).join("")).toBe(`${numbers.join("\n")}\n`);
});

test("stops alone drop nothing: a quorum queue", async () => {
  const declared = ["-Q", "--queue-type", "quorum", "--delivery-limit", "10"];
  const table = {
    "x-queue-type": "quorum",
    "x-delivery-limit": 10,
    "x-single-active-consumer": true,
  };
  const numbers = Array.from({ length: 60 }, (_, i) => `${i}`);
  const queue = await createQueue(numbers, { arguments: table });
  const shown: string[] = [];
  // Before RabbitMQ 4.3 whatever goes back counts.
  const stops = /^(3|4\.[0-2])\./.test(sharedBroker().version) ? 5 : 13;
  for (let stop = 0; stop < stops; stop++) {
    const words = ["-q", queue, ...declared, "--single-active-consumer", "--format", "body"];
    const consumer = startCon([...words, "--rate", "20"]);
    await consumer.waitForLines("stdout", 1);
    consumer.kill("SIGTERM");
    shown.push((await consumer.ended()).stdout);
  }
  const { stdout: left } = await con(["-q", queue, "--format", "body", "--until-empty"]);
  const all = `${shown.join("")}${left}`.trim().split("\n").map(Number);
  expect(all.toSorted((a, b) => a - b)).toEqual(numbers.map(Number));
});

test.each(["classic", "quorum"])("a count leaves the rest untouched: a %s queue", async (type) => {
  const table = { "x-queue-type": type, "x-single-active-consumer": true };
  const queue = await createQueue(["1", "2", "3"], { arguments: table });
  const declared = ["-Q", "--durable-queue", "--nad-queue", "--queue-type", type];
  const words = ["-q", queue, ...declared, "--single-active-consumer", "-n", "1"];
  for (const body of ["1", "2", "3"]) {
    const { stdout } = await con([...words, "--format", String.raw`%s %r\n`]);
    expect(stdout).toBe(`${body} false\n`);
  }
});

/** A quorum queue tells its depth and its active consumer only. */
async function untilSubscribed(queue: string, count: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const consumers = await sharedBroker("admin").ctl("-q", "list_consumers", "queue_name");
      const found = consumers.split("\n").filter((name) => name === queue);
      if (found.length !== count) throw new Error(`${queue} has ${found.length} consumers`);
    },
    { timeout: 10_000, interval: 20 },
  );
}
