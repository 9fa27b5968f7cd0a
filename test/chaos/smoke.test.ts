// The small chaos run, of each `npm test`: one broker of its own, few faults, kills and stops. The full ones: `npm run chaos`.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runScenario } from "./scenario.ts";
import { Site } from "./site.ts";
import { runStops } from "./stops.ts";

/** Processes and brokers start again and again: on a busy machine that takes its time. */
const PATIENCE_MS = 180_000;
const SEED = Number(process.env["CHAOS_SEED"] ?? 1);

describe(`with seed ${SEED}`, () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.start(1, SEED % 2 === 1 ? "publisher" : "consumer");
  });
  afterAll(() => site.stop());

  it(
    "20,000 messages are not lost over a reset, a garbled byte and a killed broker",
    async () => {
      const only = ["reset (RST)", "garbled byte", "node restarted (kill -9)"];
      const plan = { messages: 20_000, size: 100, faults: 3, seed: SEED, only };
      const result = await runScenario(site, plan, () => {});
      expect(result.broken, result.stderr).toEqual([]);
      expect(result.faults).toHaveLength(3);
      // Else no fault has hit anything.
      expect(result.reconnects + result.consumerLosses, result.stderr).toBeGreaterThanOrEqual(2);
    },
    PATIENCE_MS,
  );

  it(
    "nor over workers that are killed",
    async () => {
      const plan = { messages: 20_000, size: 100, faults: 5, seed: SEED, only: ["worker killed"] };
      const result = await runScenario(site, plan, () => {});
      expect(result.broken, result.stderr).toEqual([]);
      expect(result.consumerLosses).toBe(5);
    },
    PATIENCE_MS,
  );

  it(
    "accounts hold when the binaries are stopped at any moment",
    async () => {
      const results = await runStops(site, { runs: 5, seed: SEED }, () => {});
      expect(results.flatMap(({ broken }) => broken)).toEqual([]);
      expect(results).toHaveLength(10);
    },
    PATIENCE_MS,
  );
});
