// Requests under way: sends each message of the source as one, shows the replies, and tells what has become of each request.
import type { RequestOutcome, RequestPlan } from "./amqp/publish/request.ts";
import type { Requester } from "./amqp/publish/requester.ts";
import { orAborted, until } from "./time/deadline.ts";
import { Unsendable } from "./errors.ts";
import { EXIT_CODE_HEADER, isErrorReply } from "./message/error-reply.ts";
import { explainLimit, MAX_BODY_BYTES, type Delivery, type Message } from "./message/message.ts";
import type { RpcPlan } from "./rpc.ts";
import type { Skips } from "./sending.ts";
import type { Sink } from "./sink/sink.ts";
import { openSource } from "./source/index.ts";
import type { SourceWorld } from "./source/source.ts";
import type { RequestAccount } from "./ui/account.ts";
import type { World } from "./world.ts";

/** Most bytes of requests under way: bounds memory for large ones. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Requests under way, and what became of those before. */
export class Asking {
  readonly #plan: RpcPlan;
  readonly #requester: Pick<Requester, "ask" | "bytes">;
  readonly #sink: Sink;
  readonly #world: World;
  readonly #underWay = new Set<Promise<void>>();
  #onEnd: () => void = ignore;
  /** Nothing is waited for any longer. */
  readonly #failing = new AbortController();
  /** Nothing more is asked. */
  readonly #stopping = new AbortController();
  readonly #skips: Skips;
  readonly #count = { requests: 0, answered: 0, errors: 0, returned: 0, nacked: 0 };
  /** Replies are shown one after the other. */
  #shown: Promise<void> = Promise.resolve();

  constructor(
    plan: RpcPlan,
    requester: Pick<Requester, "ask" | "bytes">,
    skips: Skips,
    sink: Sink,
    world: World,
  ) {
    this.#plan = plan;
    this.#requester = requester;
    this.#skips = skips;
    this.#sink = sink;
    this.#world = world;
  }

  /** Requests that are not answered yet. */
  get underWay(): number {
    return this.#underWay.size;
  }

  get account(): RequestAccount {
    const { requests, answered, errors, returned, nacked } = this.#count;
    const unanswered = requests - answered - errors - returned - nacked;
    return { ...this.#count, unanswered };
  }

  /** Asks for each message of the source, and waits for the replies, also when its input fails. @throws Failure, ReaderGone */
  async askAll(queue: string): Promise<void> {
    try {
      await this.#feed(queue);
    } finally {
      await orAborted(Promise.all(this.#underWay), this.#failing.signal);
    }
    this.#failing.signal.throwIfAborted();
    this.#stopping.signal.throwIfAborted();
  }

  /** As many at once as are allowed. */
  async #feed(queue: string): Promise<void> {
    const { jobs, exchange, properties, routingKey = queue } = this.#plan;
    const { stdin, env, signal } = this.#world;
    const stop = AbortSignal.any([signal, this.#failing.signal, this.#stopping.signal]);
    const source = openSource(this.#plan.source, this.#plan.shape);
    const envelope = { exchange, routingKey, properties };
    const position = { place: () => "a request" };
    const { refuse } = this.#skips;
    const tooLarge: SourceWorld["tooLarge"] = (_, bytes) =>
      refuse(position.place(), explainLimit(bytes, MAX_BODY_BYTES));
    const batches = source(envelope, { stdin, env, stop, refuse, tooLarge, position });
    for await (const batch of until(batches, stop)) {
      for (const message of batch) {
        while (this.#isFull(jobs) && !stop.aborted) await orAborted(this.#nextEnd(), stop);
        if (stop.aborted) break;
        this.#ask(message, position.place());
      }
    }
  }

  /** Resolves when a request ends. (A race of all those under way would leak a listener on each that hangs.) */
  async #nextEnd(): Promise<void> {
    return new Promise((resolve) => (this.#onEnd = resolve));
  }

  #isFull(jobs: number): boolean {
    return this.#underWay.size >= jobs || this.#requester.bytes >= MAX_BYTES;
  }

  /** `place` is where in the input the message stands. */
  #ask(message: Message, place: string): void {
    this.#count.requests++;
    const asking = this.#await(message)
      .catch((error: unknown) => {
        if (error instanceof Unsendable) this.#passOver(place, error.reason);
        else this.#failing.abort(error);
      })
      .finally(() => {
        this.#underWay.delete(asking);
        this.#onEnd();
      });
    this.#underWay.add(asking);
  }

  #passOver(place: string, reason: string): void {
    this.#count.requests--;
    try {
      this.#skips.refuse(place, reason);
    } catch (error) {
      this.#stopping.abort(error);
    }
  }

  async #await(message: Message): Promise<void> {
    let failed = false;
    let replies = 0;
    const { meter } = this.#world;
    const askedAt = meter?.now();
    const outcome = await this.#requester.ask(message, (reply) => {
      replies++;
      meter?.completed(reply.body.length, askedAt);
      if (isErrorReply(reply)) failed = true;
      this.#show(reply);
    });
    await this.#shown;
    if (failed && (outcome === "answered" || outcome === "late")) this.#count.errors++;
    else if (outcome === "answered") this.#count.answered++;
    if (outcome === "returned") this.#count.returned++;
    if (outcome === "nacked" || typeof outcome === "object") this.#count.nacked++;
    const line = describe(outcome, message, replies, this.#plan.request);
    if (line !== undefined) this.#world.log.warn(line);
  }

  /** An error is not what was asked for: it goes to the log, not to the output. */
  #show(reply: Delivery): void {
    if (isErrorReply(reply)) this.#world.log.warn(describeError(reply));
    else this.#shown = this.#shown.then(() => this.#sink([reply]));
    this.#shown.catch((error: unknown) => this.#failing.abort(error));
  }
}

function describe(
  outcome: RequestOutcome,
  { exchange, routingKey }: Message,
  replies: number,
  plan: RequestPlan,
): string | undefined {
  const where = `exchange "${exchange}", key "${routingKey}"`;
  if (typeof outcome === "object") return refusal(outcome.unsent, where);
  const got = replies > 0 ? `only ${replies} of ${plan.replies} replies` : "no reply";
  switch (outcome) {
    case "answered":
    case "stopped":
      return undefined;
    case "late":
      return `${got} within ${plan.timeoutMs / 1000} s (${where})`;
    case "returned":
      return `nobody to ask: the request has reached no queue (${where})`;
    case "nacked":
      return refusal("nack", where);
  }
}

function refusal(reason: string, where: string): string {
  return `the broker refused a request (${reason}) (${where})`;
}

/** The beginning of an error's text is enough for a line. */
const ERROR_CHARACTERS = 500;

function describeError({ properties, body }: Delivery): string {
  const code = properties.headers?.[EXIT_CODE_HEADER];
  const text = body.toString("utf8").slice(0, ERROR_CHARACTERS);
  const codeText = typeof code === "number" ? ` (${EXIT_CODE_HEADER} ${code})` : "";
  return `the server replied with an error${codeText}: ${text}`;
}

function ignore(): void {}
