// How often a quorum queue has counted a message as failed when runs were stopped that had it in hand: from 4.3 on not at all. At
// its limit of 20 it would be dropped.
import { expect, test } from "vitest";
import { con } from "../support/binaries.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createQueue, put, takeAll, untilQueue } from "../support/witness.ts";

test.each([
  ["at its --count", ["-n", "1"]],
  ["behind what it puts back", ["--until-body", "300", "--on-mismatch", "requeue"]],
])("a run that stops %s gives back what still arrives, but not as failed", async (_, words) => {
  const numbers = Array.from({ length: 1500 }, (__, i) => `${i}`);
  const queue = await createQueue([], { arguments: { "x-queue-type": "quorum" } });
  await put(queue, ...numbers.map((body) => ({ body, headers: { padding: "x".repeat(1000) } })));
  const where = ["--where", "int(body) % 2 == 0", "--nack", "--requeue", "--format", "none"];
  for (let run = 0; run < 2; run++) await con(["-q", queue, ...where, ...words]);
  await untilQueue(queue, { messages: 1500, consumers: 0 });
  const left = await takeAll(queue);
  const failures = left.map(({ properties }) =>
    Number(properties.headers?.["x-delivery-count"] ?? 0),
  );
  // An earlier quorum queue counts whatever goes back.
  const isApart = !/^(3|4\.[0-2])\./.test(sharedBroker().version);
  expect(Math.max(...failures)).toBeLessThanOrEqual(isApart ? 0 : 2);
});
