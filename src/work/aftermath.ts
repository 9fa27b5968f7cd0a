// What becomes of a message when its handler has ended: acknowledged, answered, put back, tried again later, or given up.
// The order is what keeps messages safe: stored elsewhere first (dispatch.ts), settled here after it. A crash in between is a
// duplicate.
import type { Destination } from "../amqp/publish/courier.ts";
import type { Intake } from "../amqp/consume/intake.ts";
import { Failure } from "../errors.ts";
import type { Delivery, Message } from "../message/message.ts";
import { asFirstSeen } from "../message/retry-marks.ts";
import { warningOnce, type Log } from "../ui/log.ts";
import { deadLetter } from "./dead-letter.ts";
import { Dispatch, type PassingCourier } from "./dispatch.ts";
import {
  describeEnd,
  isFailure,
  judge,
  meaningOf,
  type End,
  type FailureAction,
} from "./judgement.ts";
import { tryOf } from "./tries.ts";
import { PutBack } from "./put-back.ts";
import { errorReplyTo, replyTo } from "./reply.ts";
import { delayAfter, delayQueue, delayed, type RetryPlan } from "./retry.ts";

export interface AftermathPlan {
  /** Undefined: see `judge`. */
  readonly onFailure: FailureAction | undefined;
  readonly retry: RetryPlan;
  /** Where messages go that have failed for good; undefined: they are rejected. */
  readonly deadLetter: Destination | undefined;
  /** Answer requests. */
  readonly reply: boolean;
}

/** How a handler has ended, and what it has written. */
export interface Outcome {
  readonly end: End;
  /** All that it wrote to standard output, where that is a reply. */
  readonly stdout: Buffer;
  /** The beginning of what it wrote to standard error. */
  readonly stderr: Buffer;
}

/** When a wait lasts longer, people are told why nothing seems to happen. */
const LONG_MS = 1000;

type SettlingIntake = Pick<Intake, "settle" | "holds" | "isOfStream">;

export class Aftermath {
  readonly #plan: AftermathPlan;
  readonly #intake: SettlingIntake;
  readonly #dispatch: Dispatch;
  readonly #log: Log;
  readonly #putBack: PutBack;
  readonly #warnOnce: (line: string) => void;
  #failed = 0;

  constructor(plan: AftermathPlan, intake: SettlingIntake, courier: PassingCourier, log: Log) {
    this.#plan = plan;
    this.#intake = intake;
    this.#log = log;
    this.#warnOnce = warningOnce(log);
    this.#dispatch = new Dispatch(courier, this.#warnOnce);
    this.#putBack = new PutBack(intake);
  }

  /** Does a message wait to be put back? */
  get isWaiting(): boolean {
    return this.#putBack.isWaiting;
  }

  /** Messages that have failed for good. */
  get failed(): number {
    return this.#failed;
  }

  /** Settles the delivery, or leaves it when its link is gone. @throws Failure when the run must stop */
  async conclude(delivery: Delivery, outcome: Outcome): Promise<void> {
    const judgement = judge(outcome.end, this.#plan.onFailure);
    const isOfStream = judgement !== "ack" && (await this.#intake.isOfStream(delivery));
    if (isOfStream && (judgement === "requeue" || judgement === "retry")) {
      const counts = meaningOf(outcome.end)
        ? "exit code 4 counts as 3, and 75 as a failure"
        : `--on-failure ${judgement} counts as reject`;
      this.#warnOnce(`a stream takes no message back: ${counts}`);
      return this.#giveUp(delivery, outcome);
    }
    switch (judgement) {
      case "ack":
        return this.#finish(delivery, outcome);
      case "requeue":
        if (isFailure(outcome.end)) this.#warn(outcome.end, "put back");
        return this.#putBackLater(delivery);
      case "retry":
        return this.#tryAgain(delivery, outcome);
      case "reject":
        return this.#giveUp(delivery, outcome);
      case "stop":
        if (isOfStream) this.leave(delivery);
        else this.#putBack.put(delivery);
        throw new Failure(
          "handler",
          `the handler has ended with ${describeEnd(outcome.end)}`,
          isOfStream
            ? "the next run begins behind the last message that was settled, with --offset-file"
            : "its message was put back; what becomes of such messages is decided by --on-failure",
        );
      default:
        // A policy without a case here would leave its messages in hand for ever.
        judgement satisfies never;
    }
  }

  /** Leaves it unsettled: it goes back at the end of the run. */
  leave(delivery: Delivery): void {
    this.#intake.settle([delivery], "leave");
  }

  /** The run is over: what waits to be put back is put back now. */
  end(): void {
    this.#putBack.end();
  }

  #putBackLater(delivery: Delivery): void {
    if (this.#putBack.put(delivery) >= LONG_MS)
      this.#warnOnce(
        "a message is put back again and again, and waits longer each time, up to 30 s; those behind it wait too where it holds the last place of --jobs (exit code 75 with --retries lets them pass)",
      );
  }

  async #finish(delivery: Delivery, { stdout }: Outcome): Promise<void> {
    if (await this.#answer(delivery, replyTo(delivery, stdout)))
      this.#intake.settle([delivery], "ack");
  }

  async #tryAgain(delivery: Delivery, outcome: Outcome): Promise<void> {
    const { retry } = this.#plan;
    const attempt = tryOf(delivery);
    const delayMs = delayAfter(attempt, retry);
    if (delayMs === undefined) return this.#giveUp(delivery, outcome);
    const queue = delayQueue(delivery.queue, delayMs);
    const copy = delayed(delivery, queue.name);
    if (!(await this.#dispatch.delay(copy, queue, delivery))) return this.#warnLost(outcome.end);
    this.#warn(outcome.end, `try ${attempt + 1} of ${retry.retries + 1} in ${delayMs / 1000} s`);
    this.#intake.settle([delivery], "ack", "retried");
  }

  async #giveUp(delivery: Delivery, outcome: Outcome): Promise<void> {
    const { deadLetter: to } = this.#plan;
    const { end, stderr } = outcome;
    if (to) {
      const copy = deadLetter(delivery, to, { end, stderr, at: Date.now() });
      if (!(await this.#dispatch.store(copy, delivery))) return this.#warnLost(end);
    }
    if (!(await this.#answer(delivery, errorReplyTo(delivery, end)))) return this.#warnLost(end);
    // In a stream, to acknowledge is to go on: nothing can be rejected.
    const verdict = to || (await this.#intake.isOfStream(delivery)) ? "ack" : "reject";
    if (!this.#intake.holds(delivery)) return this.#warnLost(end);
    if (verdict === "reject" && delivery.routingKey !== asFirstSeen(delivery).routingKey)
      this.#warnOnce(
        "a message that was tried again is rejected with its queue's name as its key: a dead-letter exchange that routes by key may drop it (give the queue x-dead-letter-routing-key, or use --dead-letter)",
      );
    if (isFailure(end)) {
      this.#failed++;
      this.#warn(end, to ? "dead-lettered" : "rejected");
    }
    this.#intake.settle([delivery], verdict, to ? "deadLettered" : "rejected");
  }

  /** Where replies are wanted. */
  async #answer(delivery: Delivery, reply: Message | undefined): Promise<boolean> {
    return !this.#plan.reply || this.#dispatch.answer(reply, delivery);
  }

  #warn(end: End, consequence: string): void {
    this.#log.warn(`handler: ${describeEnd(end)}; ${consequence}`);
  }

  /** It comes again, and counts then. */
  #warnLost(end: End): void {
    if (isFailure(end)) this.#warn(end, "the broker has taken its message back meanwhile");
  }
}
