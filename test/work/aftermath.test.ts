// What is said of a message whose handler has failed, and what it counts as, also when its connection was lost meanwhile.
import { describe, expect, it } from "vitest";
import { Courier } from "../../src/amqp/publish/courier.ts";
import { Aftermath, type AftermathPlan, type Outcome } from "../../src/work/aftermath.ts";
import { delayed } from "../../src/work/retry.ts";
import { messageIn } from "../support/message-in.ts";
import { recordingLog } from "../support/recording-log.ts";

const PLAN: AftermathPlan = {
  onFailure: undefined,
  retry: { retries: 0, delayMs: 300, backoff: 2 },
  deadLetter: undefined,
  reply: false,
};
const TARGET = { exchange: "", routingKey: "dead" };

const exit = (code: number): Outcome => ({
  end: { kind: "exit", code },
  stdout: Buffer.alloc(0),
  stderr: Buffer.alloc(0),
});

/** What a handler with that exit code leaves behind; without a link a courier has nothing to publish on. */
async function conclude(
  plan: Partial<AftermathPlan>,
  isLost: boolean,
  code = 1,
  deliveries = [messageIn()],
  isOfStream = false,
) {
  const settled: string[] = [];
  const intake = {
    settle: (_: unknown, verdict: string) => void settled.push(verdict),
    holds: () => !isLost,
    isOfStream: async () => isOfStream,
  };
  const log = recordingLog();
  const courier = new Courier([], { blocked: () => {}, unblocked: () => {} });
  const aftermath = new Aftermath({ ...PLAN, ...plan }, intake, courier, log);
  for (const delivery of deliveries) await aftermath.conclude(delivery, exit(code));
  aftermath.end();
  return { settled, failed: aftermath.failed, lines: log.lines };
}

describe("a message whose handler has failed", () => {
  it("is rejected, and has failed for good", async () => {
    expect(await conclude({}, false)).toEqual({
      settled: ["reject"],
      failed: 1,
      lines: ["WARNING: handler: exit code 1; rejected"],
    });
  });

  it.each<[string, Partial<AftermathPlan>]>([
    ["rejected", {}],
    ["dead-lettered", { deadLetter: TARGET }],
    ["tried again", { onFailure: "retry", retry: { ...PLAN.retry, retries: 1 } }],
  ])("is not %s when its connection was lost: it comes again", async (_, plan) => {
    expect(await conclude(plan, true)).toEqual({
      settled: [],
      failed: 0,
      lines: ["WARNING: handler: exit code 1; the broker has taken its message back meanwhile"],
    });
  });

  it.each<[string, Partial<AftermathPlan>]>([
    ["dead letter", { deadLetter: TARGET }],
    ["error reply", { reply: true }],
  ])("is not settled when its %s was lost, also when its link is still there", async (_, plan) => {
    const request = messageIn({ properties: { replyTo: "client" } });
    expect(await conclude(plan, false, 1, [request])).toEqual({
      settled: [],
      failed: 0,
      lines: ["WARNING: handler: exit code 1; the broker has taken its message back meanwhile"],
    });
  });
});

it("does not acknowledge a request whose reply was lost: it is handled again", async () => {
  const request = messageIn({ properties: { replyTo: "client" } });
  const { settled } = await conclude({ reply: true }, false, 0, [request]);
  expect(settled).toEqual([]);
});

it("says nothing when the handler itself rejects a message whose connection was lost", async () => {
  expect(await conclude({}, true, 3)).toEqual({ settled: [], failed: 0, lines: [] });
});

describe("a message of a stream, which takes none back", () => {
  it.each<[string, Partial<AftermathPlan>, number]>([
    ["exit code 4 counts as 3, and 75 as a failure", { onFailure: "requeue" }, 4],
    ["exit code 4 counts as 3, and 75 as a failure", {}, 75],
    ["--on-failure requeue counts as reject", { onFailure: "requeue" }, 1],
    ["--on-failure retry counts as reject", { onFailure: "retry" }, 1],
  ])("is given up, and people are told that %s", async (told, plan, code) => {
    const { settled, lines } = await conclude(plan, false, code, [messageIn()], true);
    expect(settled).toEqual(["ack"]);
    expect(lines[0]).toBe(`WARNING: a stream takes no message back: ${told}`);
  });
});

/** As it comes back from its delay queue. */
function back(routingKey: string) {
  const { properties } = delayed(messageIn({ routingKey }), "q.retry-5ms");
  return messageIn({ properties, exchange: "", routingKey: "q" });
}

describe("a message that its handler puts back", () => {
  const again = messageIn({ redelivered: true });

  it("does so without a word, a few times", async () => {
    const { lines } = await conclude({}, false, 4, [messageIn(), again, again]);
    expect(lines).toEqual([]);
  });

  it("again and again waits so long that people are told, once", async () => {
    const { lines } = await conclude({}, false, 4, Array(10).fill(again));
    expect(lines).toEqual([
      expect.stringMatching(/^WARNING: a message is put back again .*--retries/),
    ]);
  });
});

describe("a message that is rejected after tries", () => {
  it("has another key than at first, of which people are warned once", async () => {
    const { lines } = await conclude({}, false, 3, [back("kern"), back("mail")]);
    expect(lines).toEqual([
      expect.stringMatching(/^WARNING: a message that was tried again .*x-dead-letter-routing-key/),
    ]);
  });

  it("needs no warning when its key is still the same", async () => {
    expect(await conclude({}, false, 3, [back("q")])).toMatchObject({ lines: [] });
  });
});
