// What happens to messages between their arrival and the work on them: decompressed, chosen, let through at a pace.
import type { Intake } from "../amqp/consume/intake.ts";
import type { Verdict } from "../amqp/consume/verdicts.ts";
import type { UsageError } from "../errors.ts";
import type { Decompress } from "./decompress.ts";
import type { Delivery } from "../message/message.ts";
import { Pace } from "../time/pace.ts";
import { watchDeliveryLimit } from "./delivery-limit.ts";
import type { Log } from "../ui/log.ts";
import type { Answer, Where } from "./where.ts";

export interface FlowPlan {
  /** The largest body that --decompress makes, in bytes; undefined: bodies stay as they are. */
  readonly decompressLimit: number | undefined;
  readonly where: string | undefined;
  /** What becomes of messages that --where does not want. */
  readonly mismatch: Verdict;
  /** At most so many, one by one. */
  readonly perSecond: number | undefined;
  /** One by one. */
  readonly isSingle: boolean;
  /** The error for a message from a stream, where a flag excludes streams: often only the first message shows what it is. */
  readonly streamRefusal: UsageError | undefined;
}

interface Stages {
  readonly decompress: Decompress | undefined;
  readonly where: Where | undefined;
}

type Deliveries = readonly Delivery[];

/** What --where does not want, or cannot decide on. */
interface Other {
  readonly delivery: Delivery;
  readonly verdict: Verdict;
}

export class Flow {
  readonly #plan: FlowPlan;
  readonly #stages: Stages;
  readonly #watchLimit: (arrived: Deliveries) => void;
  /** As they arrived: messages that are being decompressed and chosen from, and those that wait for that. */
  #arrived: Deliveries = [];
  #chosen: Deliveries = [];
  /** Those of the last batch to arrive, in its order, until they are passed over. */
  #unwanted: readonly Other[] = [];
  #mismatches = 0;

  private constructor(plan: FlowPlan, stages: Stages, log: Log) {
    this.#watchLimit = watchDeliveryLimit(log);
    this.#plan = plan;
    this.#stages = stages;
  }

  /** Loads what the plan needs, and nothing else. @throws UsageError when the expression is wrong */
  static async open(plan: FlowPlan, log: Log): Promise<Flow> {
    const { decompressLimit, where } = plan;
    const stages = {
      decompress:
        decompressLimit === undefined
          ? undefined
          : await (await import("./decompress.ts")).openDecompress(decompressLimit, log),
      where:
        where === undefined ? undefined : await (await import("./where.ts")).openWhere(where, log),
    };
    return new Flow(plan, stages, log);
  }

  /** Messages that --where did not want, or could not decide on. */
  get mismatches(): number {
    return this.#mismatches;
  }

  /** Has something come out of `batches` and not yet out of `through`? */
  get isWaiting(): boolean {
    return this.#chosen.length + this.#arrived.length > 0;
  }

  /** What has come out of `batches` and not out of `through`, and what else has arrived, as it is to be shown. */
  async *finish(leftovers: Deliveries): AsyncGenerator<Deliveries, void, void> {
    let raw = [...this.#arrived, ...leftovers];
    yield this.#chosen;
    while (raw.length > 0) {
      const read = await this.#read(raw);
      raw = raw.slice(read.length);
      yield read;
    }
  }

  /**
   * Settles, in the order of arrival, what --where does not want and came before the last of `taken`. Behind the last of the run,
   * and behind one that waits for its turn, nothing is passed over.
   */
  passOver(taken: Deliveries, isLast: boolean, intake: Pick<Intake, "settle">): void {
    if (this.#unwanted.length === 0) return;
    const end = isLast || this.isWaiting ? (taken.at(-1)?.deliveryTag ?? 0) : Infinity;
    const isPassed = ({ delivery }: Other): boolean => delivery.deliveryTag < end;
    const passed = this.#unwanted.filter(isPassed);
    this.#unwanted = this.#unwanted.filter((other) => !isPassed(other));
    this.#mismatches += passed.length;
    for (const verdict of new Set(passed.map((other) => other.verdict))) {
      const alike = passed.filter((other) => other.verdict === verdict);
      intake.settle(
        alike.map(({ delivery }) => delivery),
        verdict,
      );
    }
  }

  /** The wanted messages of the batches; an empty one when something arrived and none is wanted. Ends with the signal. */
  async *through(
    batches: AsyncIterable<Deliveries>,
    intake: Pick<Intake, "holds" | "isOfStream">,
    signal: AbortSignal,
  ): AsyncGenerator<Deliveries, void, void> {
    const pace = new Pace(signal);
    for await (const arrived of batches) {
      this.#watchLimit(arrived);
      this.#arrived = arrived;
      this.#unwanted = [];
      await this.#checkStream(intake);
      while (this.#arrived.length > 0) {
        await this.#choose(intake);
        if (this.#chosen.length === 0) yield [];
        for (let [next] = this.#chosen; next; [next] = this.#chosen) {
          if (this.#plan.perSecond !== undefined) await pace.next(1000 / this.#plan.perSecond);
          if (signal.aborted) return;
          if (intake.holds(next)) yield this.#next();
          else this.#drop();
        }
      }
    }
  }

  /** @throws UsageError before anything of a stream is shown */
  async #checkStream(intake: Pick<Intake, "isOfStream">): Promise<void> {
    const { streamRefusal } = this.#plan;
    if (!streamRefusal) return;
    const oneOfEach = new Map(this.#arrived.map((delivery) => [delivery.queue, delivery]));
    for (const delivery of oneOfEach.values())
      if (await intake.isOfStream(delivery)) throw streamRefusal;
  }

  /** The front of a batch as it is to be shown: all of it, unless it grows large. */
  async #read(batch: Deliveries): Promise<Deliveries> {
    return (await this.#stages.decompress?.(batch)) ?? batch;
  }

  /** All of it came on a connection that is lost, and comes again. */
  #drop(): void {
    this.#arrived = [];
    this.#chosen = [];
    this.#unwanted = [];
  }

  #next(): Deliveries {
    const batch = this.#chosen;
    const goesSingly = this.#plan.isSingle || this.#plan.perSecond !== undefined;
    this.#chosen = goesSingly ? batch.slice(1) : [];
    return goesSingly ? batch.slice(0, 1) : batch;
  }

  async #unwantedOf(
    raw: Deliveries,
    answers: readonly Answer[],
    intake: Pick<Intake, "isOfStream">,
  ): Promise<readonly Other[]> {
    const others: Other[] = [];
    for (const [i, answer] of answers.entries()) {
      const delivery = raw[i];
      if (!delivery || answer === true) continue;
      // What it cannot decide on in time must not be thrown away.
      const verdict = answer === "late" ? "leave" : this.#plan.mismatch;
      // A stream keeps its messages; leaving one unacknowledged would only make it stop.
      const isKept = verdict === "leave" && (await intake.isOfStream(delivery));
      others.push({ delivery, verdict: isKept ? "ack" : verdict });
    }
    return others;
  }

  /** Decompresses and chooses from as much as fits of what has arrived. */
  async #choose(intake: Pick<Intake, "isOfStream">): Promise<void> {
    const raw = this.#arrived;
    const read = await this.#read(raw);
    const answers = await this.#stages.where?.(read);
    const others = answers ? await this.#unwantedOf(raw, answers, intake) : [];
    this.#unwanted = [...this.#unwanted, ...others];
    this.#chosen = answers ? read.filter((_, i) => answers[i] === true) : read;
    this.#arrived = raw.slice(read.length);
  }
}
