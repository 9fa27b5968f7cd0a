// Single faults with a time or a size that must not be exceeded: one line each.
import { outageDrills } from "./drill-outage.ts";
import { pressureDrills } from "./drill-pressure.ts";
import type { Proof, Say } from "./proof.ts";
import { Site } from "./site.ts";

/** What a drill has shown. */
export interface Finding {
  readonly measured: string;
  readonly kept: boolean;
}

/** One fault, and what must be true of it. It leaves the site as it was. */
export interface Drill {
  readonly name: string;
  readonly promise: string;
  run(site: Site): Promise<Finding>;
}

const drills: readonly Drill[] = [...outageDrills, ...pressureDrills];

export async function proveDrills(
  { only = "" }: { readonly only?: string | undefined },
  say: Say,
): Promise<Proof> {
  const rows: (readonly [string, string, string, string])[] = [];
  // Without TLS: of a memory measured, none is OpenSSL's.
  const site = await Site.start(1, undefined);
  try {
    for (const drill of drills.filter(({ name }) => name.includes(only))) {
      const { measured, kept } = await drill.run(site);
      rows.push([drill.name, drill.promise, measured, kept ? "kept" : "BROKEN"]);
      say(`${drill.name}: ${measured} (${drill.promise}): ${kept ? "kept" : "BROKEN"}`);
    }
  } finally {
    await site.stop();
  }
  const version = site.nodes[0]?.version ?? "";
  return {
    name: "drills",
    columns: ["what happens", "promise", "measured", "result"],
    rows,
    notes: [`RabbitMQ ${version}.`],
    broken: rows.filter(([, , , result]) => result !== "kept").map(([name]) => name),
  };
}
