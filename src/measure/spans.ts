// What happened between two looks at a meter, and the history of a whole run in bounded memory.
import type { Histogram } from "./histogram.ts";
import type { Meter } from "./meter.ts";

/** What happened between two moments, in milliseconds since the start. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly messages: number;
  readonly bytes: number;
  /** Messages in flight or not settled, at its end; undefined where nobody knows. */
  readonly open: number | undefined;
  /** Microseconds. */
  readonly latency: Histogram;
}

/** One reader of a meter: each look tells what happened since the last one. Readers do not disturb each other. */
export class Spans {
  readonly #meter: Meter;
  readonly #startMs: number;
  #last: { readonly atMs: number; messages: number; bytes: number; latency: Histogram };

  constructor(meter: Meter) {
    this.#meter = meter;
    this.#startMs = meter.now();
    const latency = meter.latency.snapshot();
    this.#last = { atMs: 0, messages: meter.messages, bytes: meter.bytes, latency };
  }

  next(): Span {
    const { messages, bytes, latency, gauges } = this.#meter;
    const [atMs, last] = [this.#meter.now() - this.#startMs, this.#last];
    const isSame = latency.count === last.latency.count;
    this.#last = { atMs, messages, bytes, latency: isSame ? last.latency : latency.snapshot() };
    return {
      fromMs: last.atMs,
      toMs: atMs,
      messages: messages - last.messages,
      bytes: bytes - last.bytes,
      open: gauges?.open(),
      latency: latency.since(last.latency),
    };
  }
}

/** How many in a second. */
export function perSecond(count: number, { fromMs, toMs }: Pick<Span, "fromMs" | "toMs">): number {
  return toMs > fromMs ? (count * 1000) / (toMs - fromMs) : 0;
}

/** A span of the history: what can be told exactly after spans were joined. */
export interface Episode extends Omit<Span, "latency"> {
  /** Of the latencies, in microseconds. */
  readonly latencies: number;
  readonly meanLatency: number;
  readonly maxLatency: number;
}

/** The episodes of a run, from its start on without gaps. When there are too many, each two become one. */
export class History {
  readonly #capacity: number;
  #episodes: Episode[] = [];
  #spanMs: number;
  #pending: Episode | undefined;

  /** At most `capacity` episodes, of `spanMs` at first. */
  constructor(spanMs: number, capacity: number) {
    this.#spanMs = spanMs;
    this.#capacity = capacity;
  }

  /** The last one may be shorter than the others. */
  get episodes(): readonly Episode[] {
    return this.#pending ? [...this.#episodes, this.#pending] : this.#episodes;
  }

  add(span: Span): void {
    const episode = toEpisode(span);
    this.#pending = this.#pending ? join(this.#pending, episode) : episode;
    // Timers come late, hardly ever early: a tenth is tolerance enough.
    if (this.#pending.toMs - this.#pending.fromMs < this.#spanMs * 0.9) return;
    this.#episodes.push(this.#pending);
    this.#pending = undefined;
    if (this.#episodes.length >= this.#capacity) this.#halve();
  }

  #halve(): void {
    const pairs = this.#episodes;
    this.#episodes = [];
    for (let i = 0; i < pairs.length; i += 2) {
      const [first, second] = [pairs[i], pairs[i + 1]];
      if (first) this.#episodes.push(second ? join(first, second) : first);
    }
    this.#spanMs *= 2;
  }
}

function toEpisode({ latency, ...span }: Span): Episode {
  const { count: latencies, mean: meanLatency, max: maxLatency } = latency;
  return { ...span, latencies, meanLatency, maxLatency };
}

/** Neighbouring episodes joined until each is at least so long; the last one may be shorter. */
export function coarsen(episodes: readonly Episode[], shortestMs: number): readonly Episode[] {
  const joined: Episode[] = [];
  for (const episode of episodes) {
    const last = joined.at(-1);
    if (last && last.toMs - last.fromMs < shortestMs)
      joined[joined.length - 1] = join(last, episode);
    else joined.push(episode);
  }
  return joined;
}

/** Two episodes as one. Of what is open, the larger number: the bound is what matters. */
function join(first: Episode, second: Episode): Episode {
  const latencies = first.latencies + second.latencies;
  const sum = first.meanLatency * first.latencies + second.meanLatency * second.latencies;
  return {
    fromMs: first.fromMs,
    toMs: second.toMs,
    messages: first.messages + second.messages,
    bytes: first.bytes + second.bytes,
    open: most(first.open, second.open),
    latencies,
    meanLatency: sum / (latencies || 1),
    maxLatency: Math.max(first.maxLatency, second.maxLatency),
  };
}

function most(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
