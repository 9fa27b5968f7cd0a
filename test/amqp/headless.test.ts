// What a broker counts while a quorum queue has no leader: nothing, and us neither.
import { expect, it } from "vitest";
import { Headless } from "../../src/amqp/headless.ts";

const leaderless = { messageCount: 0, consumerCount: 0 };
const empty = { messageCount: 0, consumerCount: 1 };

it("is not the truth until the queue counts its consumers again", () => {
  let time = 0;
  const headless = new Headless(() => time);
  expect(headless.isKnown([empty])).toBe(true);
  expect(headless.isKnown([empty, leaderless])).toBe(false);
  time = 29_000;
  expect(headless.isKnown([leaderless])).toBe(false);
  expect(headless.isKnown([empty])).toBe(true);
});

it("is taken for the truth in the end: an empty stream never counts its consumers", () => {
  let time = 0;
  const headless = new Headless(() => time);
  expect(headless.isKnown([leaderless])).toBe(false);
  time = 31_000;
  expect(headless.isKnown([leaderless])).toBe(true);
});
