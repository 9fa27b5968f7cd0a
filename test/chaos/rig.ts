// What drills have in common: amqp-pub with a stdin that is kept full, and the time between two events.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Child } from "../support/child.ts";
import { matches, type Pattern } from "../support/output.ts";
import { run } from "../support/run.ts";
import type { Finding } from "./drills.ts";
import { Shelf } from "./shelf.ts";
import type { Site } from "./site.ts";

/** The queue of a drill forgets its oldest messages: what arrives is not the matter here. */
const MOST_BYTES = 20_000_000;

/** A queue for one drill. */
export async function openShelf(site: Site): Promise<Shelf> {
  return Shelf.create(site.nodes[0]?.url ?? "", `drill-${Date.now()}`, "classic", MOST_BYTES);
}

/** amqp-pub --confirm -l that is fed as fast as it takes lines, until `stop` or its end. */
export class Rig {
  readonly child: Child;
  /** Bytes that stdin has taken. */
  fed = 0;
  #isFeeding = true;

  constructor(site: Site, shelf: Shelf, flags: readonly string[], lineBytes = 100) {
    const args = ["-k", shelf.queue, "-l", "--confirm", "--persistent", "--summary", "json"];
    const way = site.connection("publisher");
    this.child = run("amqp-pub", [...way, ...args, ...flags], { stdin: "open" });
    void this.#feed(`${"x".repeat(lineBytes - 1)}\n`);
  }

  /** Ends stdin. */
  stop(): void {
    this.#isFeeding = false;
    this.child.end();
  }

  async #feed(line: string): Promise<void> {
    const block = Buffer.from(line.repeat(Math.ceil(10_000 / line.length)));
    while (this.#isFeeding && this.child.running) {
      await this.child.write(block);
      this.fed += block.length;
    }
  }
}

/** How long the wait takes, in milliseconds. */
export async function timed(wait: Promise<unknown>): Promise<number> {
  const since = performance.now();
  await wait;
  return performance.now() - since;
}

/** Resolves with the next line on stderr that matches; those that are there already do not count. */
export async function upcoming(
  child: Child,
  pattern: Pattern,
  timeoutMs = 20_000,
): Promise<string> {
  for (let at = child.stderr.lines.length; ; at++) {
    const line = (await child.waitForLines("stderr", at + 1, timeoutMs))[at] ?? "";
    if (matches(line, pattern)) return line;
  }
}

/** Resolves when so many more lines are on stdout. */
export async function moreLines(child: Child, count: number, timeoutMs = 60_000): Promise<void> {
  await child.waitForLines("stdout", child.stdout.lines.length + count, timeoutMs);
}

/** Resolves as soon as somebody listens. */
export async function untilOpen(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await sleep(5);
  }
}

/** The most memory that a process has had so far, in MiB (VmHWM). */
export async function peakMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s*(\d+)/.exec(status)?.[1]) / 1024;
}

/** Times, all of which must be below the limit. */
export function atMost(times: readonly number[], limitMs: number, alsoKept = true): Finding {
  const told = times.map((ms) => (ms / 1000).toFixed(2)).join(", ");
  return { measured: `${told} s`, kept: alsoKept && Math.max(...times) <= limitMs };
}
