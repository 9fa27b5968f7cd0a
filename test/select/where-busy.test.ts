// --where on a busy machine: what has not had the processor for its time gets more of it. How much it had is the tests' own.
import { expect, it, vi } from "vitest";
import { openWhere } from "../../src/select/where.ts";
import { messageIn } from "../support/message-in.ts";
import { recordingLog } from "../support/recording-log.ts";

const cpu = vi.hoisted(() => ({ ms: 0 }));

vi.mock(import("node:process"), async (original) => ({
  ...(await original()),
  cpuUsage: () => ({ user: cpu.ms * 1000, system: 0 }),
}));

/** A message whose body takes for ever, so many times. */
function slow(times: number) {
  const body = Buffer.from("x");
  let tries = 0;
  body.toString = () => {
    tries++;
    for (let isOver = false; !isOver; isOver = tries > times);
    return "x";
  };
  return { ...messageIn(), body };
}

// One try is that of the batch.
it.each([
  [0, 1, true],
  [0, 3, true],
  [0, 4, "late"],
  [100, 1, true],
  [100, 2, "late"],
])("with %i ms of the processor, out of time %i times: %j", async (ms, times, answer) => {
  cpu.ms = ms;
  const where = await openWhere('body == "x"', recordingLog(), 100);
  expect(await where([slow(times)])).toEqual([answer]);
});
