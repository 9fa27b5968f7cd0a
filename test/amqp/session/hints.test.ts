// The way out of refusals that no other test provokes.
import { expect, it } from "vitest";
import { hintFor } from "../../../src/amqp/session/hints.ts";
import { pretendedTarget } from "../../support/pretended-session.ts";

const target = pretendedTarget(5672);

it("of a queue that the broker cannot name is to name it", () => {
  const text =
    "PRECONDITION_FAILED - Cannot declare a server-named queue for type rabbit_quorum_queue";
  expect(hintFor({ code: 406, text }, target)).toBe("name the queue with -q NAME");
});
