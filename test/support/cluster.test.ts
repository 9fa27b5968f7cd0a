// The cluster that tests of fail-over stand on.
import { describe, expect, it, onTestFinished } from "vitest";
import { clusterAvailable, startCluster } from "./broker.ts";
import { storeMessage, takeMessage } from "./kept-message.ts";
import { unique } from "./name.ts";

describe.skipIf(!(await clusterAvailable()))("a cluster", () => {
  it(
    "keeps a quorum queue's messages when the node of the queue's leader is killed",
    { timeout: 90_000 },
    async () => {
      const cluster = await startCluster(3);
      onTestFinished(cluster.stop);
      const [first, second] = cluster.nodes;
      const queue = unique("queue");
      await storeMessage(first?.url ?? "", queue, "quorum");
      await first?.kill9();
      await expect
        .poll(() => takeMessage(second?.url ?? "", queue), { timeout: 20_000, interval: 500 })
        .toBe("kept");
    },
  );
});
