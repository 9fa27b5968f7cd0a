// SIGTERM and SIGINT at moments of chance, for both binaries, on one broker.
import type { Proof, Say } from "./proof.ts";
import { randomFrom } from "./random.ts";
import { Site } from "./site.ts";
import { consumerKinds, stopConsumer } from "./stop-consumer.ts";
import { publisherMoments, stopPublisher, type StopResult } from "./stop-publisher.ts";

/** How many of each binary, and from which seed on. */
export interface StopsAsked {
  readonly runs: number;
  readonly seed: number;
  /** amqp-pub or amqp-con alone; or a kind of moment. */
  readonly only?: string | undefined;
}

const sides = [
  { binary: "amqp-pub", kinds: publisherMoments, stop: stopPublisher },
  { binary: "amqp-con", kinds: consumerKinds, stop: stopConsumer },
] as const;

export async function proveStops(asked: StopsAsked, say: Say): Promise<Proof> {
  const site = await Site.start(1, asked.seed % 2 === 1 ? "publisher" : "consumer");
  try {
    const results = await runStops(site, asked, say);
    const version = site.nodes[0]?.version ?? "";
    return {
      name: "stops",
      columns: ["binary", "moment", "stops", "messages", "longest stop", "promises"],
      rows: summarize(results),
      notes: [`Seed ${asked.seed}, RabbitMQ ${version}.`],
      broken: results.flatMap(({ broken }) => broken),
    };
  } finally {
    await site.stop();
  }
}

interface SideResult extends StopResult {
  readonly binary: string;
}

/** Each binary's moments in turn. */
export async function runStops(
  site: Site,
  { runs, seed, only = "" }: StopsAsked,
  say: Say,
): Promise<readonly SideResult[]> {
  const results: SideResult[] = [];
  for (const { binary, kinds, stop } of sides) {
    const wanted = kinds.filter((kind) => `${binary} ${kind}`.includes(only));
    for (let i = 0; i < runs && wanted.length > 0; i++) {
      const random = randomFrom(seed * 1_000_000 + i);
      const kind = wanted[i % wanted.length] ?? "";
      const result = await stop(site, kind, `stop-${binary}-${seed}-${i}`, random);
      results.push({ binary, ...result });
      say(
        `${binary} ${i + 1}: ${kind}: ${JSON.stringify(result.seen)}, ${result.ms.toFixed(0)} ms`,
      );
      for (const complaint of result.broken) say(`BROKEN: ${complaint}`);
    }
  }
  return results;
}

function summarize(results: readonly SideResult[]): Proof["rows"] {
  return sides.flatMap(({ binary, kinds }) =>
    kinds.flatMap((kind) => {
      const those = results.filter((result) => result.binary === binary && result.kind === kind);
      if (those.length === 0) return [];
      const slowest = Math.max(...those.map(({ ms }) => ms));
      const broken = those.filter((result) => result.broken.length > 0).length;
      const promises = broken === 0 ? "all kept" : `${broken} broken`;
      return [[binary, kind, those.length, tellSum(those), `${slowest.toFixed(0)} ms`, promises]];
    }),
  );
}

function tellSum(results: readonly SideResult[]): string {
  const names = Object.keys(results[0]?.seen ?? {});
  const sums = names.map((name) => {
    const sum = results.reduce((total, { seen }) => total + (seen[name] ?? 0), 0);
    return `${name} ${sum}`;
  });
  return sums.join(", ");
}
