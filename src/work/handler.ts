// The work of a handler: which deliveries it gets, how many at once, and what is passed on about its end. How it is run is
// children.ts, what becomes of its message aftermath.ts.
import type { Courier } from "../amqp/publish/courier.ts";
import type { Intake } from "../amqp/consume/intake.ts";
import { catchUp, pause } from "../time/deadline.ts";
import type { Delivery } from "../message/message.ts";
import { Waiting } from "../time/waiting.ts";
import { recordLine } from "../message/record.ts";
import { asFirstSeen } from "../message/retry-marks.ts";
import type { Environment, World } from "../world.ts";
import { Aftermath, type AftermathPlan, type Outcome } from "./aftermath.ts";
import { ErrorLines, Kept, Turns, WholeOutput } from "./collect.ts";
import { environmentOf, inherited } from "./environment.ts";
import { findProgram } from "./find-program.ts";
import { isStopped, type End } from "./judgement.ts";
import { Pipes } from "./pipes.ts";
import { Children, type Command } from "./children.ts";
import type { Work } from "./work.ts";

export interface HandlerPlan {
  readonly command: Command;
  /** Handlers that may run at once. */
  readonly jobs: number;
  readonly aftermath: AftermathPlan;
}

/** With how long they may still run after a signal. */
type Plan = HandlerPlan & { readonly graceMs: number };

/** What a handler's work may touch. */
export interface HandlerWorld extends Pick<
  World,
  "output" | "log" | "signal" | "env" | "signalGroup" | "ending"
> {}

/** Most of a handler's output that can be a reply: the largest message that RabbitMQ takes by default since 4.0. */
const MAX_REPLY_BYTES = 16 * 1024 * 1024;
/** How long after a signal has ended a handler the same signal may reach us. */
const SAME_SIGNAL_MS = 100;
/** When a run that must stop still has handlers running after this long, people are told what it waits for. */
const TELL_WAITING_MS = { afterSignal: 500, afterFailure: 3000 };
/** A shorter wait need not be told. */
const LEAST_GRACE_MS = 1000;

export class Handling implements Work {
  readonly #plan: Plan;
  readonly #world: HandlerWorld;
  readonly #children: Children;
  readonly #aftermath: Aftermath;
  /** Any of them, and nothing more begins. */
  readonly #stops: readonly AbortSignal[];
  readonly #turns = new Turns();
  readonly #environment: Environment;
  readonly #stopping = new AbortController();
  readonly #told = new Set<string>();
  #running = 0;
  readonly #changes = new Waiting();
  #isOver = false;
  #telling: NodeJS.Timeout | undefined;

  private constructor(
    plan: Plan,
    children: Children,
    aftermath: Aftermath,
    lost: AbortSignal,
    world: HandlerWorld,
  ) {
    this.#plan = plan;
    this.#children = children;
    this.#aftermath = aftermath;
    this.#world = world;
    this.#environment = inherited(world.env);
    this.#stops = [world.signal, this.failed, lost];
    for (const signal of this.#stops)
      signal.addEventListener("abort", () => this.#onStop(), { once: true });
  }

  static open(plan: Plan, intake: Intake, courier: Courier, world: HandlerWorld): Handling {
    const pipes = new Pipes(2 * plan.jobs);
    const children = new Children(plan.command, pipes, world);
    const aftermath = new Aftermath(plan.aftermath, intake, courier, world.log);
    return new Handling(plan, children, aftermath, courier.failed, world);
  }

  get failed(): AbortSignal {
    return this.#stopping.signal;
  }

  get isBusy(): boolean {
    return this.#running > 0 || this.#aftermath.isWaiting;
  }

  /** Messages that have failed for good. */
  get failures(): number {
    return this.#aftermath.failed;
  }

  /** Begins each as soon as there is a place; resolves when there is one for the next: what waits for a place may yet be lost. */
  async take(batch: readonly Delivery[]): Promise<void> {
    for (const delivery of batch) {
      await this.#place();
      if (this.#mustStop()) this.#aftermath.leave(delivery);
      else this.#begin(delivery);
    }
    await this.#place();
  }

  async finish(): Promise<void> {
    this.#aftermath.end();
    await this.#changes.until(() => this.#running === 0);
    this.failed.throwIfAborted();
  }

  async end(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#telling);
    this.#aftermath.end();
    if (this.#running > 0)
      this.#world.log.warn(
        `${countHandlers(this.#running)} still running after --grace: ended; what was in hand is not acknowledged`,
      );
    await this.#children.end();
  }

  /** What has not begun by then never will. */
  #mustStop(): boolean {
    return this.#isOver || this.#stops.some(({ aborted }) => aborted);
  }

  async #place(): Promise<void> {
    await this.#changes.until(() => this.#running < this.#plan.jobs || this.#mustStop());
  }

  #begin(delivery: Delivery): void {
    this.#running++;
    void this.#handle(delivery)
      .catch((error: unknown) => this.#stopping.abort(error))
      .finally(() => {
        this.#running--;
        this.#changes.wake();
      });
  }

  async #handle(delivery: Delivery): Promise<void> {
    const outcome = await this.#run(asFirstSeen(delivery));
    const isStoppedToo = isStopped(outcome.end) && (await this.#isToldToStop());
    // A handler that we have ended ourselves says nothing about its message: the broker gives it again.
    if (this.#isOver) return;
    // Nor does one that was ended together with us, as systemd does.
    if (isStoppedToo) this.#aftermath.leave(delivery);
    else await this.#aftermath.conclude(delivery, outcome);
  }

  /** A signal that is for us and for a handler may come to the handler first. */
  async #isToldToStop(): Promise<boolean> {
    await pause(SAME_SIGNAL_MS, this.#world.signal);
    await catchUp();
    return this.#world.signal.aborted;
  }

  async #run(seen: Delivery): Promise<Outcome> {
    const { variables, leftOut } = environmentOf(seen, this.#environment);
    for (const name of leftOut) this.#tellLeftOut(name);
    const record = recordLine(seen, "handler");
    const { reply } = this.#plan.aftermath;
    const kept = new Kept(MAX_REPLY_BYTES);
    const stdout = reply ? kept : new WholeOutput(this.#world.output, this.#turns);
    const stderr = new ErrorLines(this.#world.log);
    const input = { body: seen.body, record, env: variables };
    const ended = await this.#children.run(input, stdout, stderr);
    const end: End = kept.isCut ? { kind: "excess", bytes: MAX_REPLY_BYTES } : ended;
    return { end, stdout: kept.bytes, stderr: stderr.head };
  }

  #tellLeftOut(name: string): void {
    if (this.#told.size > 20 || this.#told.has(name)) return;
    this.#told.add(name);
    this.#world.log.warn(
      `not in a handler's environment: ${name}; the record on descriptor 3 has it`,
    );
  }

  /** Nothing more begins: what waits for a place is told, and soon the user what is still awaited. */
  #onStop(): void {
    this.#changes.wake();
    const { afterSignal, afterFailure } = TELL_WAITING_MS;
    const ms = this.#world.signal.aborted ? afterSignal : afterFailure;
    this.#telling ??= setTimeout(() => this.#tellWaiting(), ms).unref();
  }

  #tellWaiting(): void {
    const { graceMs } = this.#plan;
    const isSignalled = this.#world.signal.aborted;
    if (this.#running === 0 || (isSignalled && graceMs < LEAST_GRACE_MS)) return;
    const until = isSignalled
      ? `, ${graceMs / 1000} s at most (--grace); a second signal ends them at once`
      : " to end";
    this.#world.log.note(`Waiting for ${countHandlers(this.#running)}${until}`);
  }
}

/** The handler's program must be there. @throws UsageError when it is clear that it is not */
export function checkCommand({ command }: HandlerPlan, env: Environment): void {
  findProgram(command.file, env["PATH"]);
}

function countHandlers(count: number): string {
  return count === 1 ? "1 handler" : `${count} handlers`;
}
