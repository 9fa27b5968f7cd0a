// A request that the broker refuses (basic.nack): its queue may be full, or look for a leader.
import { expect, it } from "vitest";
import { Requester } from "../../src/amqp/requester.ts";
import { ack, consumeOk, nack } from "../support/amqp-answer.ts";
import { misbehave } from "../support/misbehave.ts";
import { openChannel, whenever, type Whenever } from "../support/misbehave-script.ts";
import { bodiesOn, message } from "../support/pretended-publisher.ts";
import { openSession } from "../support/pretended-session.ts";

/** Asks a server that answers each request so; resolves with its end, and with what the server has got. */
async function ask(answer: Whenever["answer"]) {
  const opening = [...openChannel("confirm"), "basic.consume", consumeOk("c")] as const;
  const server = await misbehave([...opening, whenever("body", answer)]);
  const plan = { replies: 1, timeoutMs: 500, ownQueue: false };
  const requester = new Requester(plan, { blocked: () => {}, unblocked: () => {} });
  await openSession([server.port], requester);
  const ending = await requester.ask(message("a"), () => {});
  return { ending, got: bodiesOn(server) };
}

it("is sent again, and only late when the broker has taken it at last", async () => {
  const { ending, got } = await ask((count) => (count === 1 ? nack(count) : ack(count)));
  expect(ending).toBe("late");
  expect(got).toEqual(["a", "a"]);
});

it("is nacked when its time is over and the broker has never taken it", async () => {
  const { ending, got } = await ask((count) => nack(count));
  expect(ending).toBe("nacked");
  expect(got.length).toBeGreaterThanOrEqual(2);
});
