// The comparisons: what the work is, and what of the results stands in which table.
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { consumers, publishers, REFERENCE, workers, type Contender } from "./contenders.ts";
import type { Cost } from "./measure.ts";
import { median, type Table } from "./table.ts";
import { inTurns, laneOf, type Arena, type Lane, type Runner } from "./turns.ts";

/** Bytes of a message, and how many of them. */
const loads: readonly (readonly [size: number, count: number])[] = [
  [12, 200_000],
  [1024, 50_000],
  [64 * 1024, 2000],
  [1024 * 1024, 150],
];

/** Lines on stdin to a queue, whole process. */
export async function benchPublishers(arena: Arena): Promise<Table> {
  const rows: (readonly string[])[] = [];
  for (const [size, usual] of loads) {
    const count = scaled(usual, arena);
    const lanes = await publishLanes(arena, size, count);
    const reference = lanes.find(({ label }) => label === REFERENCE.publish);
    rows.push(
      ...lanes.map((lane) => [
        sizeText(size),
        lane.label,
        rate(lane.paces),
        ((size * 1000) / median(lane.paces) / 1e6).toFixed(0),
        ratio(lane, reference),
        peak(lane.peaks),
        lane.arrived === lane.expected ? "all" : `${lane.arrived} for ${lane.expected} lines`,
      ]),
    );
  }
  const time = `time ÷ ${REFERENCE.publish}`;
  return { columns: ["bytes", "tool", "messages/s", "MB/s", time, "peak MB", "arrived"], rows };
}

async function publishLanes(arena: Arena, size: number, count: number): Promise<readonly Lane[]> {
  const folder = await mkdtemp(join(tmpdir(), "amqp-bench-"));
  try {
    const entries = [false, true].flatMap((confirm) =>
      publishers.map((contender) => ({ contender, confirm })),
    );
    const race = async ({ contender, confirm }: (typeof entries)[number]): Promise<Runner> => {
      const label = `${contender.name}${confirm ? ", confirmed" : ""}`;
      return {
        contender,
        lane: laneOf(label),
        confirm,
        input: await linesFile(folder, size, shareOf(contender, count)),
        count: shareOf(contender, count),
        size,
      };
    };
    const runners = await Promise.all(entries.map(race));
    return await inTurns(arena, runners, { filled: false, paceOf: ({ wallMs }) => wallMs });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A queue's messages to a pipe, from the first byte to the last. */
export async function benchConsumers(arena: Arena): Promise<Table> {
  const lanes = await consumeLanes(
    arena,
    consumers,
    scaled(200_000, arena),
    (cost) => cost.outputMs,
  );
  const reference = lanes.find(({ label }) => label === REFERENCE.consume);
  return {
    columns: ["tool", "messages/s", `time ÷ ${REFERENCE.consume}`, "peak MB"],
    rows: lanes.map((lane) => [
      lane.label,
      rate(lane.paces),
      ratio(lane, reference),
      peak(lane.peaks),
    ]),
  };
}

/** A program run for each message. */
export async function benchWorkers(arena: Arena): Promise<Table> {
  const lanes = await consumeLanes(arena, workers, scaled(2000, arena), (cost) => cost.wallMs);
  const reference = lanes.find(({ label }) => label === REFERENCE.work);
  return {
    columns: ["tool", "messages/s", `time ÷ ${REFERENCE.work}`],
    rows: lanes.map((lane) => [lane.label, rate(lane.paces), ratio(lane, reference)]),
  };
}

async function consumeLanes(
  arena: Arena,
  contenders: readonly Contender[],
  count: number,
  paceOf: (cost: Cost) => number,
): Promise<readonly Lane[]> {
  const runners = contenders.map((contender) => ({
    contender,
    lane: laneOf(contender.name),
    confirm: false,
    input: "/dev/null",
    count: shareOf(contender, count),
    size: 13,
  }));
  return inTurns(arena, runners, { filled: true, paceOf });
}

async function linesFile(folder: string, size: number, count: number): Promise<string> {
  const path = join(folder, `${size}.${count}`);
  const file = await open(path, "w");
  try {
    for (let i = 0; i < count; i++) {
      await file.write(`${String(i).padStart(size, "0123456789")}\n`);
    }
  } finally {
    await file.close();
  }
  return path;
}

function scaled(count: number, { scale }: Arena): number {
  return Math.max(1, Math.round(count * scale));
}

function shareOf({ share = 1 }: Contender, count: number): number {
  return Math.max(1, Math.round(count * share));
}

function rate(paces: readonly number[]): string {
  return Math.round(1000 / median(paces)).toLocaleString("en");
}

/** The median of the ratios of each round. */
function ratio({ paces }: Lane, reference: Lane | undefined): string {
  const ratios = paces.map((pace, round) => pace / (reference?.paces[round] ?? Number.NaN));
  const value = median(ratios);
  return Number.isNaN(value) ? "–" : value.toFixed(2);
}

function peak(peaks: readonly number[]): string {
  return peaks.length === 0 ? "–" : median(peaks).toFixed(0);
}

function sizeText(size: number): string {
  return size < 1024
    ? `${size}`
    : size < 1024 * 1024
      ? `${size / 1024} Ki`
      : `${size / 1024 / 1024} Mi`;
}
