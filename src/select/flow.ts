// What happens to messages between their arrival and the work on them: decompressed, chosen, let through at a pace.
import type { Intake } from "../amqp/intake.ts";
import type { Verdict } from "../amqp/settlement.ts";
import type { Decompress } from "./decompress.ts";
import type { Delivery } from "../message/message.ts";
import { Pace } from "../pace.ts";
import type { Log } from "../ui/log.ts";
import type { Where } from "./where.ts";

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
}

interface Stages {
  readonly decompress: Decompress | undefined;
  readonly where: Where | undefined;
}

type Batch = readonly Delivery[];

export class Flow {
  readonly #plan: FlowPlan;
  readonly #stages: Stages;
  /** As it has arrived, and is being decompressed and chosen from. */
  #raw: Batch = [];
  #rest: Batch = [];
  /** What --where does not want of the last arrival, until it is passed over. */
  #others: Batch = [];
  #mismatches = 0;

  private constructor(plan: FlowPlan, stages: Stages) {
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
    return new Flow(plan, stages);
  }

  /** Messages that --where did not want. */
  get mismatches(): number {
    return this.#mismatches;
  }

  /** Is there something that has come out of `batches` and not out of `through`? */
  get isWaiting(): boolean {
    return this.#rest.length + this.#raw.length > 0;
  }

  /** What has come out of `batches` and not out of `through`, and what else has arrived, as it is to be shown. */
  async finish(leftovers: Batch): Promise<Batch> {
    return [...this.#rest, ...(await this.#read([...this.#raw, ...leftovers]))];
  }

  /** Settles what --where does not want, in the order of arrival before this delivery tag. */
  passOver(lastTaken: number, intake: Pick<Intake, "settle">): void {
    if (this.#others.length === 0) return;
    const isPassed = ({ deliveryTag }: Delivery): boolean => deliveryTag < lastTaken;
    const passed = this.#others.filter(isPassed);
    this.#others = this.#others.filter((other) => !isPassed(other));
    this.#mismatches += passed.length;
    intake.settle(passed, this.#plan.mismatch);
  }

  /** The wanted messages of the batches; an empty one when something arrived and none is wanted. Ends with the signal. */
  async *through(
    batches: AsyncIterable<Batch>,
    intake: Pick<Intake, "holds">,
    signal: AbortSignal,
  ): AsyncGenerator<Batch, void, void> {
    const pace = new Pace(signal);
    for await (const arrived of batches) {
      this.#raw = arrived;
      const wanted = await this.#choose(await this.#read(arrived));
      this.#raw = [];
      this.#rest = wanted;
      if (wanted.length === 0) yield wanted;
      for (let [next] = wanted; next; [next] = this.#rest) {
        if (this.#plan.perSecond !== undefined) await pace.next(1000 / this.#plan.perSecond);
        if (signal.aborted) return;
        // What came on a lost connection, as all of it did, comes again.
        if (intake.holds(next)) yield this.#next();
        else this.#rest = [];
      }
    }
  }

  async #read(batch: Batch): Promise<Batch> {
    return (await this.#stages.decompress?.(batch)) ?? batch;
  }

  #next(): Batch {
    const batch = this.#rest;
    const goesSingly = this.#plan.isSingle || this.#plan.perSecond !== undefined;
    this.#rest = goesSingly ? batch.slice(1) : [];
    return goesSingly ? batch.slice(0, 1) : batch;
  }

  async #choose(batch: Batch): Promise<Batch> {
    const { where } = this.#stages;
    if (!where) return batch;
    const answers = await where(batch);
    const wanted = batch.filter((_, i) => answers[i]);
    this.#others = batch.filter((_, i) => !answers[i]);
    return wanted;
  }
}
