// Settles a run's deliveries on the link that they came on, together where they may wait for company, and counts them.
import { failuresOf } from "../../message/broker-counts.ts";
import type { Delivery } from "../../message/message.ts";
import { FlushClock } from "./flush-clock.ts";
import type { IntakeAccount, SubscriptionPlan } from "./intake.ts";
import type { Link } from "../session/link.ts";
import { settlePort } from "./settle-port.ts";
import { Verdicts, type Verdict } from "./verdicts.ts";
import { STREAM_OFFSET, StreamPosition } from "./stream.ts";
import { awaitStored } from "./storing.ts";

const counts = { ack: "acked", reject: "rejected", requeue: "requeued", leave: undefined } as const;

/** Settles deliveries on the link that they came on, or not at all: a stale tag would hit another message. */
export class Settler {
  readonly #plan: SubscriptionPlan;
  #position: StreamPosition | undefined;
  #link: Link | undefined;
  #verdicts: Verdicts | undefined;
  #count = { acked: 0, requeued: 0, rejected: 0, retried: 0, deadLettered: 0 };
  /** Acknowledged when they arrived, and not shown yet. */
  #unshown = 0;
  /** What was counted and not told yet: tags, and as what. */
  #untold: { readonly tag: number; readonly as: keyof IntakeAccount }[] = [];
  readonly #clock: FlushClock;
  /** The last one on this link that the queue has counted as failed before. */
  #failedTo = 0;
  #isHandingOver = false;
  #leavesRest: boolean | undefined;

  constructor(plan: SubscriptionPlan) {
    this.#plan = plan;
    this.#position = plan.stream && new StreamPosition(plan.stream.start);
    this.#clock = new FlushClock(plan.prefetch, (all) => this.#flush(all));
  }

  /** The place in a stream; undefined while nothing looks like one. */
  get position(): StreamPosition | undefined {
    return this.#position;
  }

  get account(): IntakeAccount {
    return { ...this.#count };
  }

  get unshown(): number {
    return this.#unshown;
  }

  get held(): number {
    return this.#verdicts?.held ?? 0;
  }

  get unacked(): number | undefined {
    return this.#verdicts?.unacked;
  }

  /** Deliveries that somebody still works on. */
  get undecided(): number {
    return this.#verdicts?.undecided ?? 0;
  }

  /** Deliveries with a verdict. */
  get progress(): number {
    return Object.values(this.#count).reduce((sum, count) => sum + count, 0);
  }

  attach(link: Link): void {
    this.#link = link;
    this.#failedTo = 0;
    this.#verdicts = new Verdicts(settlePort(link.channel), this.#plan.ackEvery);
  }

  detach(): void {
    this.#link = undefined;
    this.#verdicts = undefined;
    // The broker gives them again, and they count then.
    for (const { as } of this.#untold.splice(0)) this.#count[as]--;
    this.#position?.detach();
    this.#clock.stop();
  }

  /** Can it still be settled, or was it settled when it arrived? */
  holds({ generation }: Delivery): boolean {
    return this.#plan.ackOnArrival || generation === this.#link?.generation;
  }

  arrived(delivery: Delivery): void {
    this.arrivedLate(delivery);
    // Several streams would need a place each.
    const { alsoFrom } = this.#plan;
    if (delivery.properties.headers?.[STREAM_OFFSET] !== undefined && alsoFrom.length === 0)
      this.#position ??= new StreamPosition(undefined);
    this.#position?.arrived(delivery);
  }

  /** One has come that nobody will see: it is only put back. */
  arrivedLate(delivery: Delivery): void {
    this.#verdicts?.arrived();
    if (failuresOf(delivery) > 0) this.#failedTo = delivery.deliveryTag;
  }

  settle(
    batch: readonly Delivery[],
    verdict: Verdict,
    as: keyof IntakeAccount | undefined = counts[verdict],
  ): void {
    if (this.#plan.ackOnArrival) return this.#shown(batch);
    const generation = this.#link?.generation;
    for (const delivery of batch) {
      if (delivery.generation !== generation) continue;
      if (as) this.#count[as]++;
      // What is put back is told at once.
      if (as && verdict !== "requeue") this.#untold.push({ tag: delivery.deliveryTag, as });
      this.#verdicts?.settle(delivery.deliveryTag, verdict);
    }
    // These wait for `end`: acknowledged before the end of the subscription, they would bring other messages.
    if (this.#isHandingOver && this.#isLast) this.#clock.stop();
    else this.#clock.added(batch.length);
  }

  /** Acknowledges all that has arrived. */
  ackArrived(): void {
    const fresh = this.#verdicts?.unacked ?? 0;
    this.#count.acked += fresh;
    this.#unshown += fresh;
    this.#verdicts?.ackAll();
    this.#position?.settledOnArrival();
  }

  /** The run stops. A single active consumer goes on being it until `end`. */
  stop(): void {
    this.#isHandingOver = this.#plan.handsOver;
  }

  flush(): void {
    this.#clock.stop();
    this.#flush(true);
  }

  /** See Intake.end. `answerMs`: how long the queues took to answer lately. A stream takes nothing back. */
  async end(answerMs: number, isStream: boolean): Promise<void> {
    this.flush();
    if (!isStream) this.#count.requeued += this.held;
    if (this.#link && this.#verdicts) await awaitStored(this.#link, this.#verdicts, answerMs);
    if (!isStream && this.putsBack) this.#verdicts?.putBack();
  }

  /**
   * At the end, decided once: does a single active consumer leave to the end of the channel what may go back, so that it is in its
   * place before the next one gets any? Not where the broker would count as failed once more what was counted before: that is
   * put back, or it would be dropped one day.
   */
  leavesRest(): boolean {
    const isCounted = this.#tellsApart && this.#failedTo > (this.#verdicts?.settledTo ?? 0);
    return (this.#leavesRest ??= this.#isHandingOver && !this.#isLast && !isCounted);
  }

  /** At the end: is what is left put back? Else the end of the channel does that better. */
  get putsBack(): boolean {
    return this.#tellsApart && this.#leavesRest !== true;
  }

  /** Is all that the broker may send here, and finished? Then nothing goes back, for nothing can be on its way. */
  get #isLast(): boolean {
    return this.undecided + this.held === 0 && (this.unacked ?? 0) >= this.#plan.prefetch;
  }

  get #tellsApart(): boolean {
    const { serverProperties } = this.#link?.connection ?? {};
    return serverProperties !== undefined && tellsReturnFromFailure(serverProperties);
  }

  /** They were acknowledged, and counted, when they arrived. */
  #shown(batch: readonly Delivery[]): void {
    this.#unshown -= batch.length;
    for (const delivery of batch) this.#position?.shown(delivery);
  }

  /** Sends the verdicts that are due, or all. Returns whether any still wait for company. */
  #flush(all: boolean): boolean {
    const verdicts = this.#verdicts;
    if (!verdicts) return false;
    verdicts.flush(all);
    const { isWaiting } = verdicts;
    this.#untold = isWaiting ? this.#untold.filter(({ tag }) => !verdicts.isTold(tag)) : [];
    this.#position?.settledTo(verdicts.settledTo);
    return isWaiting;
  }
}

/**
 * Does a quorum queue of this broker count what is put back apart from what was lost with its channel? Since RabbitMQ 4.3.
 * Earlier ones had better keep it until the channel ends: 3.10 puts what is put back alone at the end of the queue.
 */
function tellsReturnFromFailure({ version }: Readonly<Record<string, unknown>>): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(String(version)) ?? [];
  return Number(major) > 4 || (Number(major) === 4 && Number(minor) >= 3);
}
