// amqp-con --format json | amqp-pub --json on a real broker: any message comes back as it was.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Message } from "../../src/message/message.ts";
import { savedNames, toRecord, toRecordWithoutBody } from "../../src/message/record.ts";
import { body, properties } from "../support/arbitrary-message.ts";
import { con, pub } from "../support/binaries.ts";
import { testFolder } from "../support/folder.ts";
import { quote, shell } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import {
  createExchange,
  createQueue,
  put,
  takeAll,
  takeBodies,
  withChannel,
} from "../support/witness.ts";
import { timeless } from "../support/timeless.ts";

const receivedAt = Date.UTC(2026, 10, 21, 9);

/** The records of these messages for a queue, one on each line. */
function recordsFor(
  queue: string,
  messages: readonly Pick<Message, "properties" | "body">[],
): string {
  const delivery = { exchange: "", routingKey: queue, redelivered: false, deliveryTag: 1 };
  return messages.map((some) => `${toRecord({ ...delivery, ...some }, receivedAt)}\n`).join("");
}

/** Takes everything out of a queue as records. */
async function takeRecords(queue: string): Promise<string> {
  const exit = await con(["-q", queue, "--until-empty", "--format", "json"]);
  expect(exit.code, exit.stderr).toBe(0);
  return exit.stdout;
}

/**
 * What records say, but for when and how the messages were received. RabbitMQ 4 sorts the names of headers. Not read by
 * the program's own reader: what that leaves out would be missing on both sides.
 */
function contents(lines: string): readonly object[] {
  const left = { receivedAt: undefined, deliveryTag: undefined, redelivered: undefined };
  return lines
    .trimEnd()
    .split("\n")
    .map((line) => ({ ...JSON.parse(line), ...left }));
}

describe("a round trip", () => {
  test("keeps every byte and every type of any message", { timeout: 120_000 }, async () => {
    const queue = await createQueue();
    const message = fc.record({ properties, body });
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 40, maxLength: 80 }), async (messages) => {
        const sent = recordsFor(queue, messages);
        const exit = await pub(["--json", "--confirm", "--quiet"], { stdin: sent });
        expect(exit).toMatchObject({ code: 0, stderr: "" });
        const received = await takeRecords(queue);
        expect(contents(received)).toEqual(contents(sent));
        await pub(["--json", "--quiet"], { stdin: received });
        expect(contents(await takeRecords(queue))).toEqual(contents(sent));
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });

  test("through a pipe keeps bodies that are no text, and those that hold line separators", async () => {
    const [from, to] = [await createQueue(), await createQueue()];
    const exchange = await createExchange("direct");
    await withChannel(async (channel) => {
      await channel.bindQueue(from, exchange, from);
      await channel.bindQueue(to, exchange, to);
    });
    const bodies = [Buffer.of(0, 0xff, 0x0a), Buffer.from("a\u2028b\u2029c\u0085d\ne")];
    await put(from, ...bodies);
    const env = { AMQP_URL: sharedBroker().url };
    const rename = `sed ${quote(`s/"routingKey":"${from}"/"routingKey":"${to}"/`)}`;
    const line = `amqp-con -q ${from} --until-empty --format json | ${rename} | amqp-pub --json --quiet`;
    const exit = await shell(line, { env }).ended();
    expect(exit.code, exit.stderr).toBe(0);
    expect((await takeAll(to)).map(({ content }) => content)).toEqual(bodies);
  });

  test("adds no message-id, also with --confirm", async () => {
    const queue = await createQueue();
    const stdin = recordsFor(queue, [{ properties: {}, body: Buffer.from("x") }]);
    expect(await pub(["--json", "--confirm"], { stdin })).toMatchObject({ code: 0, stderr: "" });
    const [message] = await takeAll(queue);
    expect(message?.properties.messageId).toBeUndefined();
  });
});

/** Three lines, of which the second is no record. */
const badInput = (queue: string): string =>
  `{"routingKey":"${queue}","body":"a"}\n{"routingKey":"${queue}","boddy":"b"}\n{"routingKey":"${queue}","body":"c"}\n`;

describe("a bad record", () => {
  test("is named by file and line, and ends the run after what came before it", async () => {
    const queue = await createQueue();
    const folder = await testFolder();
    const file = join(folder, "dump.jsonl");
    await writeFile(file, badInput(queue));
    const exit = await pub(["--json", file, "--confirm", "--summary", "text"]);
    expect(exit).toMatchObject({ code: 2, stdout: "Sent: a\n" });
    expect(timeless(exit.stderr)).toBe(
      "Account: read 1 = confirmed 1 + returned 0 + nacked 0 + unconfirmed 0\n" +
        `Duration: … s, … messages/s; reason for stopping: line 2 of "${file}": unknown key "boddy"\n` +
        `ERROR: line 2 of "${file}": unknown key "boddy"\n` +
        "hint: what came before it was sent; --on-bad-record skip passes over such input\n",
    );
    expect(await takeBodies(queue)).toEqual(["a"]);
  });

  test("or is passed over", async () => {
    const queue = await createQueue();
    const argv = ["--json", "--on-bad-record", "skip", "--quiet"];
    const exit = await pub(argv, { stdin: badInput(queue) });
    expect(exit).toMatchObject({ code: 0, stdout: "" });
    expect(exit.stderr).toBe(
      'WARNING: line 2 of stdin: unknown key "boddy"; skipped\nSkipped: 1 that could not be sent\n',
    );
    expect(await takeBodies(queue)).toEqual(["a", "c"]);
  });
});

describe("a dead letter", () => {
  test("goes back to where it first died, and starts anew", async () => {
    const dead = await createQueue();
    const work = await createQueue([], {
      arguments: { "x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead },
    });
    const exchange = await createExchange("topic");
    await withChannel((channel) => channel.bindQueue(work, exchange, "order.#"));
    await pub(["-e", exchange, "-k", "order.new", "-m", "x", "-H", "mine=kept", "--confirm"]);
    await con(["-q", work, "-n", "1", "--reject"]);
    const env = { AMQP_URL: sharedBroker().url };
    const line = `amqp-con -q ${dead} -n 1 --format json | amqp-pub --json --to-origin --confirm`;
    const exit = await shell(line, { env }).ended();
    expect(exit.code, exit.stderr).toBe(0);
    const [message, ...others] = await takeAll(work);
    expect(others).toEqual([]);
    expect(message?.fields).toMatchObject({ exchange, routingKey: "order.new" });
    expect(message?.properties.headers).toEqual({ mine: "kept" });
  });

  test("is a bad record when it never died", async () => {
    const queue = await createQueue();
    const stdin = recordsFor(queue, [{ properties: {}, body: Buffer.from("x") }]);
    const exit = await pub(["--json", "--to-origin"], { stdin });
    expect(exit).toMatchObject({ code: 2, stdout: "" });
    expect(exit.stderr).toContain("ERROR: line 1 of stdin: it was never dead-lettered");
  });
});

/** A folder as amqp-con --save leaves it: a message for each moment at which one was received. */
async function save(queue: string, times: readonly number[]): Promise<string> {
  const folder = await testFolder();
  for (const [i, at] of times.entries()) {
    const names = savedNames(i + 1);
    const delivery = { exchange: "", routingKey: queue, redelivered: false, deliveryTag: i + 1 };
    const content = Buffer.of(0xff, i);
    const record = toRecordWithoutBody({ ...delivery, properties: {}, body: content }, at);
    await writeFile(join(folder, names.record), record);
    await writeFile(join(folder, names.body), content);
  }
  return folder;
}

describe("a saved folder", () => {
  const HOUR_MS = 3_600_000;

  test.each([
    ["with its gaps", [200, 600], [], 600],
    ["so many times as fast", [HOUR_MS, 2 * HOUR_MS], ["--speed", "24000"], 300],
    ["at once, however large its gaps", [HOUR_MS, 2 * HOUR_MS], ["--speed", "0"], 0],
  ])("is sent in order, %s", async (_, later, flags, leastMs) => {
    const queue = await createQueue();
    const times = [0, ...later].map((ms) => receivedAt + ms);
    const folder = await save(queue, times);
    await writeFile(join(folder, "._0.json"), "what a Mac leaves beside each file");
    const exit = await pub(["--from-dir", folder, "--quiet", ...flags]);
    expect(exit).toMatchObject({ code: 0, stderr: "" });
    expect(exit.ms).toBeGreaterThanOrEqual(leastMs);
    const bodies = (await takeAll(queue)).map(({ content }) => [...content]);
    expect(bodies).toEqual([
      [0xff, 0],
      [0xff, 1],
      [0xff, 2],
    ]);
  });
});
