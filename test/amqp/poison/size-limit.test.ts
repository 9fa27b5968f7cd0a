// The largest message that is sent: of any broker, and of one that has told its own.
import { expect, it } from "vitest";
import { SizeLimit } from "../../../src/amqp/poison/size-limit.ts";
import { Refused } from "../../../src/errors.ts";
import { message } from "../../support/pretended-publisher.ts";

it("is what any RabbitMQ can be told to take, until a broker tells less", () => {
  const limit = new SizeLimit();
  const largest = { ...message(""), body: Buffer.alloc(512 * 1024 * 1024) };
  const larger = { ...message(""), body: Buffer.alloc(512 * 1024 * 1024 + 1) };
  expect([limit.excludes(largest), limit.excludes(larger)]).toEqual([false, true]);
  expect(limit.refusal).toBeUndefined();
  const text = "PRECONDITION_FAILED - message size 5 is larger than configured max size 4";
  expect(limit.learn(new Refused({ code: 406, text }))).toBe(true);
  expect(limit.excludes(message("large"))).toBe(true);
});
