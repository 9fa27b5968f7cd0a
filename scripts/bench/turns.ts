// Tools in turns at the same work: as often as there are rounds, each with a queue of its own.
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { connect, type Channel } from "amqplib";
import type { Contender } from "./contenders.ts";
import { runToEnd, type Cost } from "./measure.ts";

/** Where and how often. */
export interface Arena {
  readonly url: string;
  readonly rounds: number;
  /** How much of the usual work; 1 is all. */
  readonly scale: number;
  readonly say: (line: string) => void;
}

/** One tool's runs of one kind of work. */
export interface Lane {
  readonly label: string;
  /** Milliseconds a message, one for each round. */
  readonly paces: number[];
  readonly peaks: number[];
  /** Messages that were in the queue at the end, of those that should be. */
  arrived: number;
  expected: number;
}

/** Nothing has run in it yet. */
export function laneOf(label: string): Lane {
  return { label, paces: [], peaks: [], arrived: 0, expected: 0 };
}

/** One tool about to run. */
export interface Runner {
  readonly contender: Contender;
  readonly lane: Lane;
  readonly confirm: boolean;
  readonly input: string;
  readonly count: number;
  readonly size: number;
}

interface Race {
  /** The queue holds the messages beforehand. */
  readonly filled: boolean;
  readonly paceOf: (cost: Cost) => number;
}

/** Runs all of them as often as there are rounds. A lane that never came to its end is left out. */
export async function inTurns(
  arena: Arena,
  runners: readonly Runner[],
  race: Race,
): Promise<readonly Lane[]> {
  const connection = await connect(arena.url);
  const channel = await connection.createChannel();
  try {
    for (let round = 1; round <= arena.rounds; round++)
      for (const runner of runners) await runOnce(arena, channel, runner, race);
  } finally {
    await connection.close();
  }
  return runners.map(({ lane }) => lane).filter(({ paces }) => paces.length > 0);
}

/** One run. The first one that fails is told, and its lane stays empty. */
async function runOnce(
  { url, say }: Arena,
  channel: Channel,
  { contender, lane, confirm, input, count, size }: Runner,
  { filled, paceOf }: Race,
): Promise<void> {
  const queue = `bench.${process.pid}`;
  const program = await contender.find();
  const args = contender.args({ url, queue, count, size, confirm });
  if (program === undefined || !args) return;
  await channel.assertQueue(queue, { durable: true, expires: 600_000 });
  try {
    if (filled) await fill(url, queue, count);
    const cost = await runToEnd(program, args, input);
    if (cost.code !== 0) return say(`${lane.label} ended with ${cost.code}: left out`);
    lane.paces.push(paceOf(cost) / count);
    if (cost.peakMb !== undefined) lane.peaks.push(cost.peakMb);
    lane.expected = count;
    lane.arrived = await settledCount(channel, queue, count);
    say(`${lane.label}: ${count} messages in ${paceOf(cost).toFixed(0)} ms`);
  } finally {
    await channel.deleteQueue(queue);
  }
}

/** What is in the queue, once it is as many as expected or no longer changes: without confirms the last ones are on their way. */
async function settledCount(channel: Channel, queue: string, expected: number): Promise<number> {
  for (let before = -1; ;) {
    const { messageCount } = await channel.checkQueue(queue);
    if (messageCount === expected || messageCount === before) return messageCount;
    before = messageCount;
    await setTimeout(200);
  }
}

async function fill(url: string, queue: string, count: number): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  for (let i = 0; i < count; i++) {
    const body = Buffer.from(`line-${String(i).padStart(8, "0")}`);
    if (!channel.sendToQueue(queue, body))
      await new Promise((resolve) => channel.once("drain", resolve));
  }
  await channel.waitForConfirms();
  await connection.close();
}
