// docs/measuring.md is true of what a run says at its end. How its chart is drawn, is test/measure/chart.test.ts.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { shell } from "../support/run.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { createQueue } from "../support/witness.ts";

/** A line without its figures, and with the smallest of its units. */
function figureless(line: string): string {
  const numberless = line.replaceAll(/(?<![\w.])[\d.]+/g, "#");
  return numberless.replaceAll(/# [KM]iB/g, "# B").replaceAll("# ms", "# s");
}

test("both programs tell at their end what it shows, but for the figures", async () => {
  const guide = await readFile(join(import.meta.dirname, "../../docs/measuring.md"), "utf8");
  const shown = guide.split("\n").map((line) => line.replace(/, …$/, ""));
  const queue = await createQueue();
  const [publishing = "", consuming = ""] = shown
    .filter((line) => line.startsWith("$ "))
    .map((line) => line.slice(2).replace("200000", "200").replace("tasks", queue));
  const env = { AMQP_URL: sharedBroker().url };
  const published = await shell(publishing, { env }).ended();
  const consumed = await shell(consuming, { env }).ended();
  const chart = shown.findIndex((line) => line.endsWith("in flight 1000"));
  const ofPublisher = `Stats: in all ${shown.slice(chart, chart + 2).join(", ")}`;
  const ofConsumer = shown.filter((line) => /^Stop|^Stats: in all/.test(line)).join("\n");
  const [lastLine = ""] = published.stderr.trimEnd().split("\n").slice(-1);
  expect(figureless(lastLine)).toBe(figureless(ofPublisher));
  expect(figureless(consumed.stderr)).toContain(figureless(ofConsumer));
  expect([published.code, consumed.code]).toEqual([0, 0]);
});
