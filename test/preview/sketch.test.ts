// What a dry run knows of a plan.
import { expect, it } from "vitest";
import { findMistakes } from "../../src/preview/mistakes.ts";
import { sketchConsume } from "../../src/preview/sketch.ts";
import { planCon } from "../support/plan.ts";

const sketch = (words: string) => sketchConsume(planCon(words.split(" ")));

it("names the queues in which messages of each queue wait for another try", () => {
  const { consuming } = sketch("-q a -q b --retries 1 --retry-delay 1 --shell x");
  expect(consuming?.retryQueues).toEqual(["a.retry-1000ms", "b.retry-1000ms"]);
});

it("warns once of a queue that only the run could bind", () => {
  const seen = sketch("-e logs -E -t fanout -Q --exclusive");
  const all = [...seen.warnings, ...findMistakes(seen)];
  expect(all.filter((warning) => warning.includes("is not bound"))).toHaveLength(1);
});

it("names no user where the certificate does", () => {
  const { places } = sketch("-q t --auth external --pfx f --server-name h");
  expect(places).toEqual(["h:5671 (TLS), vhost /, as the certificate says"]);
});
