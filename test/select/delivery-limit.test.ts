// What goes back to a quorum queue goes back only so often, which is told before it is too late.
import { expect, it } from "vitest";
import { watchDeliveryLimit } from "../../src/select/delivery-limit.ts";
import { messageIn } from "../support/message-in.ts";
import { recordingLog } from "../support/recording-log.ts";

const back = (count: number, redelivered = true) =>
  messageIn({
    redelivered,
    properties: { headers: { "x-delivery-count": { int: `${count}` } } },
  });

it("is told once, when a message was given back often", () => {
  const log = recordingLog();
  const look = watchDeliveryLimit(log);
  for (const count of [9, 10, 15]) look([messageIn({}), back(count)]);
  expect(log.lines).toEqual([
    expect.stringMatching(/^WARNING: a message was given back 10 times: a quorum queue drops/),
  ]);
});

it("is not believed of a message that comes for the first time", () => {
  const log = recordingLog();
  watchDeliveryLimit(log)([back(15, false)]);
  expect(log.lines).toEqual([]);
});
