// The small chaos run, of each `npm test`: one broker of its own, three faults. The full one: `npm run chaos`.
import { expect, it, onTestFinished } from "vitest";
import { runScenario } from "./scenario.ts";
import { Site } from "./site.ts";

const SEED = Number(process.env["CHAOS_SEED"] ?? 1);

it("loses nothing in 20,000 messages over a reset, a garbled byte and a killed broker", async () => {
  const site = await Site.start(1, SEED % 2 === 1 ? "publisher" : "consumer");
  onTestFinished(() => site.stop());
  const only = ["reset (RST)", "garbled byte", "node restarted (kill -9)"];
  const plan = { messages: 20_000, size: 100, faults: 3, seed: SEED, only };
  const result = await runScenario(site, plan, () => {});
  expect(result.broken, `seed ${SEED}\n${result.stderr}`).toEqual([]);
  expect(result.faults).toHaveLength(3);
  // Else no fault has hit anything.
  expect(result.reconnects + result.consumerLosses, result.stderr).toBeGreaterThanOrEqual(2);
});
