// When amqp-con has had enough: stop rules that compose. The first one that holds ends the run, and says so.
import { alarm, pause, toTimer } from "../time/deadline.ts";
import type { ExitName } from "../errors.ts";
import { MAX_PREFETCH, type Delivery } from "../message/message.ts";

/** The rules of a run; absent ones never hold. */
export interface StopPlan {
  readonly count: number | undefined;
  /** Why there is a count: it was asked for, or no more can be held at once. */
  readonly countedBy: "--count" | "--prefetch";
  /** Does --prefetch say how many can be held? */
  readonly isPrefetchGiven: boolean;
  /** Nothing has arrived for this long. */
  readonly idleMs: number | undefined;
  /** This long since the start. */
  readonly timeoutMs: number | undefined;
  /** The flag by which the run ends when the queue holds nothing more. */
  readonly untilEmpty: string | undefined;
  /** What is taken goes back at the end: the queue does not get empty. */
  readonly keepsAll: boolean;
  /** What an empty queue means where a message was asked for (--get), and where only its end was. */
  readonly emptyQueue: "empty" | "done";
  /** A message with just this body, which is the last one taken. */
  readonly untilBody: string | undefined;
}

/** Why a run has ended. */
export interface StopReason {
  readonly text: string;
  /** The exit code that it brings; `empty` is `done` when messages were received. */
  readonly exit: ExitName;
}

/** How often --until-empty asks when nothing arrives. */
const EMPTY_CHECK_MS = 50;

export class StopRules {
  readonly #plan: StopPlan;
  readonly #stopping = new AbortController();
  readonly #hurrying = new AbortController();
  readonly #lastBody: Buffer | undefined;
  #stopIdle: (() => void) | undefined;
  #timeout: NodeJS.Timeout | undefined;
  #received = 0;
  #reason: StopReason | undefined;
  #isBusy: () => boolean = () => false;

  constructor(plan: StopPlan) {
    this.#plan = plan;
    this.#lastBody = plan.untilBody === undefined ? undefined : Buffer.from(plan.untilBody);
  }

  /** Aborted when any rule holds, and by `end`. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Aborted when the time of the run is over: what is in hand gets the grace time, and no more. */
  get hurry(): AbortSignal {
    return this.#hurrying.signal;
  }

  /** Undefined when no rule has held. */
  get reason(): StopReason | undefined {
    return this.#reason;
  }

  /** Messages taken so far. */
  get received(): number {
    return this.#received;
  }

  /** Starts the clock of --timeout. */
  startTimeout(): void {
    const { timeoutMs } = this.#plan;
    if (timeoutMs === undefined) return;
    const reason: StopReason = {
      text: `--timeout ${timeoutMs / 1000} has passed`,
      exit: "timeout",
    };
    this.#timeout = setTimeout(() => {
      this.#stop(reason);
      this.#hurrying.abort();
    }, toTimer(timeoutMs));
  }

  /**
   * Starts the other clocks. `isEmpty` asks the broker. While `isBusy`, silence does not count as idle, nor does an empty queue
   * as its end: what is worked on may be put back.
   */
  start(isEmpty: () => Promise<boolean>, isBusy: () => boolean = this.#isBusy): void {
    this.#isBusy = isBusy;
    this.#restartIdle();
    if (this.#plan.untilEmpty !== undefined) void this.#watchEmpty(isEmpty);
  }

  /** The part of a batch that is still wanted; `reason` is set when it holds the last one. */
  take(batch: readonly Delivery[]): readonly Delivery[] {
    this.#restartIdle();
    const { count } = this.#plan;
    let wanted = count === undefined ? batch : batch.slice(0, count - this.#received);
    const last = this.#lastBody ? wanted.findIndex(({ body }) => this.#lastBody?.equals(body)) : -1;
    if (last >= 0) wanted = wanted.slice(0, last + 1);
    this.#received += wanted.length;
    if (last >= 0) this.#stop({ text: "the body of --until-body has arrived", exit: "done" });
    if (this.#received === count) this.#stop({ text: this.#describeCount(), exit: "done" });
    return wanted;
  }

  /** A message was taken in vain: it counts when it comes again. False when the run is over: then it stays counted. */
  giveBack(): boolean {
    if (this.#reason) return false;
    this.#received--;
    return true;
  }

  #describeCount(): string {
    const { count, countedBy } = this.#plan;
    return `${countedBy} ${count} reached${countedBy === "--prefetch" ? "; there may be more" : ""}`;
  }

  /** What --where does not want uses up the prefetch: nothing more can come. */
  stopAsFull(held: number): void {
    const text = this.#plan.isPrefetchGiven
      ? `--prefetch holds no more: ${held} are held; there may be more behind them`
      : `no more than ${held} can be held, and that many are${held < MAX_PREFETCH ? "; --prefetch N holds more" : ""}`;
    this.#stop({ text, exit: "empty" });
  }

  /** The queue holds nothing more. */
  stopAsEmpty(): void {
    const { untilEmpty = "--get", emptyQueue, keepsAll } = this.#plan;
    const what = keepsAll ? "the end of the queue is reached" : "the queue is empty";
    this.#stop({ text: `${what} (${untilEmpty})`, exit: emptyQueue });
  }

  /** Stops the clocks, and aborts `signal`. */
  end(): void {
    this.#stopIdle?.();
    clearTimeout(this.#timeout);
    this.#stopping.abort();
  }

  #restartIdle(): void {
    const { idleMs } = this.#plan;
    if (idleMs === undefined) return;
    this.#stopIdle?.();
    const reason: StopReason = {
      text: `nothing has arrived for ${idleMs / 1000} s (--idle-timeout)`,
      exit: "empty",
    };
    const ring = (): void => (this.#isBusy() ? this.#restartIdle() : this.#stop(reason));
    this.#stopIdle = alarm(idleMs, ring);
  }

  async #watchEmpty(isEmpty: () => Promise<boolean>): Promise<void> {
    let before: number | undefined;
    while (!this.signal.aborted) {
      // This gives the broker time to be told what was put back last.
      await pause(EMPTY_CHECK_MS, this.signal);
      // While messages arrive or are worked on there is no need to ask.
      const isOver = before === this.#received && (await isEmpty().catch(() => false));
      if (isOver && before === this.#received && !this.#isBusy()) this.stopAsEmpty();
      before = this.#isBusy() ? undefined : this.#received;
    }
  }

  #stop(reason: StopReason): void {
    this.#reason ??= reason;
    this.end();
  }
}
