// Is a queue empty? Not when the broker counts nothing of it, not even us, as long as it has no leader.
import { expect, it } from "vitest";
import { Depths } from "../../../src/amqp/consume/depths.ts";

const full = { messageCount: 5, consumerCount: 1 };
const empty = { messageCount: 0, consumerCount: 1 };
const leaderless = { messageCount: 0, consumerCount: 0 };
const stream = { messageCount: 5, consumerCount: 0 };

function open() {
  let time = 0;
  return { depths: new Depths(() => time), elapse: (ms: number) => void (time += ms) };
}

it("is empty when all queues are", () => {
  const { depths } = open();
  expect(depths.judge([empty, full])).toBe("not empty");
  expect(depths.judge([empty, empty])).toBe("empty");
});

it("is not known while a queue has no leader", () => {
  const { depths, elapse } = open();
  expect(depths.judge([empty, leaderless])).toBe("not empty");
  elapse(59_000);
  expect(depths.judge([empty, leaderless])).toBe("not empty");
  expect(depths.judge([empty, empty])).toBe("empty");
});

it("is given up in the end: too many nodes are down, or it is an empty stream", () => {
  const { depths, elapse } = open();
  expect(depths.judge([leaderless])).toBe("not empty");
  elapse(61_000);
  expect(depths.judge([leaderless])).toBe("leaderless");
});

it("never is, of a stream: it has messages, does not count us, and sends none", () => {
  const { depths, elapse } = open();
  expect(depths.judge([stream])).toBe("not empty");
  elapse(4000);
  depths.arrived();
  elapse(4000);
  expect(depths.judge([stream])).toBe("not empty");
  elapse(6000);
  expect(depths.judge([stream])).toBe("endless");
});
