// What happens to messages between their arrival and the work on them: decompressed, chosen, let through at a pace.
import type { Intake } from "../amqp/intake.ts";
import type { Verdict } from "../amqp/settlement.ts";
import type { Decompress } from "./decompress.ts";
import type { Delivery } from "../message/message.ts";
import { Pace } from "../source/pace.ts";
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
  #rest: Batch = [];
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

  /** Those of them that are held until the end of the run. */
  get held(): number {
    return this.#plan.mismatch === "leave" ? this.#mismatches : 0;
  }

  /** What has come out of `batches` and not out of `through`. */
  get rest(): Batch {
    return this.#rest;
  }

  /** The wanted messages of the batches; an empty one when something arrived and none is wanted. Ends with the signal. */
  async *through(
    batches: AsyncIterable<Batch>,
    intake: Pick<Intake, "settle">,
    signal: AbortSignal,
  ): AsyncGenerator<Batch, void, void> {
    const pace = new Pace(signal);
    for await (const arrived of batches) {
      this.#rest = arrived;
      const readable = (await this.#stages.decompress?.(arrived)) ?? arrived;
      const wanted = await this.#choose(readable, intake);
      this.#rest = wanted;
      if (wanted.length === 0) yield wanted;
      while (this.#rest.length > 0) {
        if (this.#plan.perSecond !== undefined) await pace.next(1000 / this.#plan.perSecond);
        if (signal.aborted) return;
        yield this.#next();
      }
    }
  }

  #next(): Batch {
    const batch = this.#rest;
    const goesSingly = this.#plan.isSingle || this.#plan.perSecond !== undefined;
    this.#rest = goesSingly ? batch.slice(1) : [];
    return goesSingly ? batch.slice(0, 1) : batch;
  }

  async #choose(batch: Batch, intake: Pick<Intake, "settle">): Promise<Batch> {
    const { where } = this.#stages;
    if (!where) return batch;
    const answers = await where(batch);
    const wanted = batch.filter((_, i) => answers[i]);
    const others = batch.filter((_, i) => !answers[i]);
    this.#mismatches += others.length;
    intake.settle(others, this.#plan.mismatch);
    return wanted;
  }
}
