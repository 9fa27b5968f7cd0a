// The two real binaries at work: amqp-pub fed with numbered lines through a pipe, amqp-con writing to a file.
import { open } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { createReadStream } from "node:fs";
import type { Child } from "../support/child.ts";
import { run } from "../support/run.ts";
import type { Sight } from "./audit.ts";
import type { Worker } from "./faults.ts";

export type QueueType = "classic" | "quorum";

/** What both sides of a scenario have in common. */
export interface Route {
  readonly queue: string;
  readonly queueType: QueueType;
  /** Where the outputs go. */
  readonly folder: string;
  readonly window: number;
  readonly prefetch: number;
}

/** Heartbeats of a second, so that silence is noticed in two or three; more patience than any fault lasts. */
const PATIENCE = [
  "--heartbeat",
  "1",
  "--connect-timeout",
  "3",
  "--max-outage",
  "120",
  "--wait",
  "60",
];
/** What is written to stdin at a time. */
const BLOCK_BYTES = 50_000;

function topology({ queue, queueType }: Route): readonly string[] {
  const type =
    queueType === "quorum" ? ["--queue-type", "quorum"] : ["--durable-queue", "--nad-queue"];
  // One consumer at a time: else a consumer that the broker has not yet missed would hold back older messages.
  return ["-q", queue, "-Q", ...type, "--single-active-consumer"];
}

/** amqp-pub with the numbers 1 to `messages`. */
export class Feed {
  readonly #child: Child;
  readonly #route: Route;
  fed = 0;

  private constructor(child: Child, route: Route) {
    this.#child = child;
    this.#route = route;
  }

  static async start(route: Route, connection: readonly string[]): Promise<Feed> {
    const output = await open(path.join(route.folder, "sent"), "w");
    const flags = ["-l", "--confirm", "--persistent", "--confirm-window", `${route.window}`];
    const args = [...connection, ...PATIENCE, ...topology(route), ...flags, "--summary", "json"];
    const child = run("amqp-pub", args, { stdin: "open", stdout: output.fd });
    await output.close();
    return new Feed(child, route);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Writes all lines, as fast as they are taken; `at(n)` is awaited when n were taken. */
  async write(
    messages: number,
    size: number,
    at: (fed: number) => Promise<void>,
    blockLines = Math.ceil(BLOCK_BYTES / size),
  ): Promise<void> {
    while (this.fed < messages && this.#child.running) {
      const last = Math.min(messages, this.fed + blockLines);
      let block = "";
      for (let number = this.fed + 1; number <= last; number++)
        block += `${`${number} `.padEnd(size - 1, "x")}\n`;
      await this.#child.write(block);
      this.fed = last;
      await at(this.fed);
    }
    this.#child.end();
  }

  /** How it has ended, and what it says of itself. */
  async ended(timeoutMs: number) {
    const { code, stderr } = await this.#child.ended(timeoutMs);
    return { code, stderr, losses: countLosses(stderr), account: lastJson(stderr) };
  }

  async confirmed(): Promise<readonly number[]> {
    const numbers: number[] = [];
    for await (const line of linesOf(path.join(this.#route.folder, "sent")))
      numbers.push(Number(/^Sent: (\d+) /.exec(line)?.[1] ?? 0));
    return numbers;
  }
}

/** amqp-con, one process after another. */
export class Consumer implements Worker {
  readonly #route: Route;
  readonly #connection: readonly string[];
  readonly #stories: string[] = [];
  #child: Child | undefined;
  kills = 0;

  constructor(route: Route, connection: readonly string[]) {
    this.#route = route;
    this.#connection = connection;
  }

  async start(): Promise<void> {
    const output = await open(path.join(this.#route.folder, "received"), "a");
    const flags = [
      "--prefetch",
      `${this.#route.prefetch}`,
      "--format",
      String.raw`%r %s\n`,
      "--summary",
      "json",
    ];
    const args = [...this.#connection, ...PATIENCE, ...topology(this.#route), ...flags];
    this.#child = run("amqp-con", args, { stdout: output.fd });
    await output.close();
    await this.#child.waitFor("stderr", "Created queue", 60_000);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async replace(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    await this.#end(signal);
    await this.start();
  }

  /** Ends the last one in good order. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  /** Lost connections and killed processes: each may bring up to a prefetch of messages again. */
  get losses(): number {
    return this.kills + this.#stories.map(countLosses).reduce((sum, count) => sum + count, 0);
  }

  get stderr(): string {
    return this.#stories.join("");
  }

  async received(): Promise<readonly Sight[]> {
    const sights: Sight[] = [];
    for await (const line of linesOf(path.join(this.#route.folder, "received"))) {
      const [, redelivered, number] = /^(true|false) (\d+) /.exec(line) ?? [];
      sights.push({ number: Number(number ?? 0), redelivered: redelivered === "true" });
    }
    return sights;
  }

  async #end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const child = this.#child;
    if (!child) return;
    if (signal === "SIGKILL") this.kills++;
    child.kill(signal);
    const { code, stderr } = await child.ended(20_000);
    this.#stories.push(stderr);
    if (signal === "SIGTERM" && code !== 0)
      throw new Error(`amqp-con has ended with ${code}:\n${stderr}`);
  }
}

function countLosses(stderr: string): number {
  return stderr.match(/; reconnecting$/gm)?.length ?? 0;
}

/** The account that --summary json has printed; empty when there is none. */
export function lastJson(stderr: string): Readonly<Record<string, unknown>> {
  const line = stderr.split("\n").findLast((text) => text.startsWith("{"));
  const parsed: unknown = JSON.parse(line ?? "{}");
  return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
}

function linesOf(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file), crlfDelay: Infinity });
}
