// What becomes of a message when its handler has ended: acknowledged, answered, put back, tried again later, or given up.
// The order is what keeps messages safe: stored elsewhere first, settled here after it. A crash in between is a duplicate.
import type { Courier, Destination } from "../amqp/publish/courier.ts";
import type { Intake } from "../amqp/consume/intake.ts";
import { now } from "../clock.ts";
import { Failure, messageOf } from "../errors.ts";
import type { Delivery, Message } from "../message/message.ts";
import { asFirstSeen } from "../message/retry-marks.ts";
import { isName } from "../message/text.ts";
import type { Log } from "../ui/log.ts";
import { deadLetter } from "./dead-letter.ts";
import { describeEnd, isFailure, judge, type End, type FailureAction } from "./judgement.ts";
import { tryOf } from "./tries.ts";
import { PutBack } from "./put-back.ts";
import { errorReplyTo, replyTo } from "./reply.ts";
import { delayAfter, delayQueue, LEASE_MS, waiting, type RetryPlan } from "./retry.ts";

export interface AftermathPlan {
  /** Undefined: see `judge`. */
  readonly onFailure: FailureAction | undefined;
  readonly retry: RetryPlan;
  /** Where messages go that have failed for good; undefined: they are rejected. */
  readonly deadLetter: Destination | undefined;
  /** Answer requests. */
  readonly reply: boolean;
}

/** How a handler has ended, and what it has left. */
export interface Outcome {
  readonly end: End;
  /** All that it wrote to standard output, where that is a reply. */
  readonly stdout: Buffer;
  /** The beginning of what it wrote to standard error. */
  readonly stderr: Buffer;
}

/** From then on people are told why nothing seems to happen. */
const LONG_MS = 1000;

type SettlingIntake = Pick<Intake, "settle" | "holds" | "isOfStream">;

export class Aftermath {
  readonly #plan: AftermathPlan;
  readonly #intake: SettlingIntake;
  readonly #courier: Courier;
  readonly #log: Log;
  readonly #putBack: PutBack;
  /** Until when each delay queue may be used without declaring it again. */
  readonly #leases = new Map<string, number>();
  /** Where a reply ends the connection: some brokers fail on a direct reply-to that nobody has given out. */
  readonly #unanswerable = new Set<string>();
  readonly #told = new Set<string>();
  #failed = 0;

  constructor(plan: AftermathPlan, intake: SettlingIntake, courier: Courier, log: Log) {
    this.#plan = plan;
    this.#intake = intake;
    this.#courier = courier;
    this.#log = log;
    this.#putBack = new PutBack(intake);
  }

  /** Does a message wait for being put back? */
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
      this.#warnOnce(
        "a stream takes no message back: exit code 4 counts as 3, and 75 as a failure",
      );
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
        if (isOfStream) this.leave([delivery]);
        else this.#putBack.put(delivery);
        throw new Failure(
          "handler",
          `the handler has ended with ${describeEnd(outcome.end)}`,
          isOfStream
            ? "the next run begins behind the last message that was settled, with --offset-file"
            : "its message was put back; what becomes of such messages is decided by --on-failure",
        );
      default:
        // A policy without a case would leave its messages in hand for ever.
        judgement satisfies never;
    }
  }

  /** Can it still be settled? */
  holds(delivery: Delivery): boolean {
    return this.#intake.holds(delivery);
  }

  /** Gives back at the end what no handler has seen. */
  leave(deliveries: readonly Delivery[]): void {
    this.#intake.settle(deliveries, "leave");
  }

  /** The run is over: what waits for being put back is put back now. */
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
    const message = waiting(delivery, queue.name);
    if (!isName(queue.name)) throw nowhere(message, "a queue's name has at most 255 bytes");
    const isStored = await this.#store(message, delivery, async (isLost) => {
      const isLeased = !isLost && now() < (this.#leases.get(queue.name) ?? 0);
      if (isLeased) return true;
      this.#leases.set(queue.name, now() + LEASE_MS);
      return this.#courier.declare(queue, delivery.generation);
    });
    if (!isStored) return this.#warnLost(outcome.end);
    this.#warn(outcome.end, `try ${attempt + 1} of ${retry.retries + 1} in ${delayMs / 1000} s`);
    this.#intake.settle([delivery], "ack", "retried");
  }

  async #giveUp(delivery: Delivery, outcome: Outcome): Promise<void> {
    const { deadLetter: to } = this.#plan;
    const { end, stderr } = outcome;
    if (to) {
      const message = deadLetter(delivery, to, { end, stderr, at: Date.now() });
      if (!(await this.#store(message, delivery))) return this.#warnLost(end);
    }
    if (!(await this.#answer(delivery, errorReplyTo(delivery, end)))) return this.#warnLost(end);
    // Whoever reads a stream only goes on.
    const verdict = to || (await this.#intake.isOfStream(delivery)) ? "ack" : "reject";
    if (!this.holds(delivery)) return this.#warnLost(end);
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

  /**
   * Publishes what must not be lost; false when the link is gone. `prepare` makes its queue, and does so again when the
   * message came back. @throws Failure when the broker has no place for it
   */
  async #store(
    message: Message,
    { generation }: Delivery,
    prepare?: (isLost: boolean) => Promise<boolean>,
  ): Promise<boolean> {
    for (const isLost of prepare ? [false, true] : [false]) {
      if (prepare && !(await prepare(isLost))) return false;
      const fate = await this.#courier.send(message, generation).catch((error: unknown) => {
        throw nowhere(message, messageOf(error));
      });
      if (fate === "confirmed" || fate === "lost") return fate === "confirmed";
      if (fate === "nacked") throw nowhere(message, "the broker refuses it (nack)");
      if (fate === "fatal")
        throw nowhere(message, "the broker fails on it, and closes the connection each time");
    }
    throw nowhere(message, "it reaches no queue");
  }

  /** Sends a reply where one is wanted; false when the link is gone. A client that has gone is no reason to stop. */
  async #answer(delivery: Delivery, reply: Message | undefined): Promise<boolean> {
    if (!this.#plan.reply) return true;
    if (!reply) {
      this.#warnOnce("a request names no queue to reply to (reply-to): it gets no reply");
      return true;
    }
    if (this.#unanswerable.has(reply.routingKey)) return true;
    const fate = await this.#courier.send(reply, delivery.generation);
    if (fate === "fatal") {
      this.#unanswerable.add(reply.routingKey);
      this.#log.warn(
        `the broker closes the connection each time a reply is sent to "${reply.routingKey}": requests that name it get none`,
      );
    }
    if (fate === "returned") this.#warnOnce("a reply has reached nobody: its client has gone");
    if (fate === "nacked") this.#warnOnce("the broker refuses a reply (nack): its queue is full");
    return fate !== "lost" && fate !== "fatal";
  }

  #warn(end: End, consequence: string): void {
    this.#log.warn(`handler: ${describeEnd(end)}; ${consequence}`);
  }

  /** It comes again, and counts then. */
  #warnLost(end: End): void {
    if (isFailure(end)) this.#warn(end, "the broker has taken its message back meanwhile");
  }

  #warnOnce(line: string): void {
    if (!this.#told.has(line)) this.#log.warn(line);
    this.#told.add(line);
  }
}

function nowhere({ exchange, routingKey }: Message, reason: string): Failure {
  return new Failure(
    "undelivered",
    `a message cannot be passed on to exchange "${exchange}", key "${routingKey}": ${reason}`,
    "the original was not acknowledged and comes again",
  );
}
