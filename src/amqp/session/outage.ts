// How long a session has been without a working broker, how long to wait before the next try, and what of it is news.
// What decides what (giving-up.ts): `left` ends the tries; `losses` those that cannot decode, `quickLosses` those of connections that
// the broker ends. `isContinued` (nothing got through, and not for long) goes on with the outage before, its patience and its pauses;
// `wasShort` alone (not for long) leaves a broker that ends connections alone for a while.
import { now } from "../../time/clock.ts";
import type { Failure } from "../../errors.ts";

/** Full jitter between these bounds; the upper one grows with the outage, so that we come back at most an eighth of it late. */
const MIN_DELAY_MS = 50;
const MAX_DELAY_MS = 30_000;
/** A connection that has lasted this long has ended the outage, even if nothing had to be done on it. */
const STEADY_MS = 10_000;
/** How long a restarting broker is usually away: until then, only what it answers is news. */
const USUAL_MS = 20_000;

/** One outage: from a loss to the next connection on which something gets through. */
export class Outage {
  readonly patienceMs: number;
  #since = now();
  #restored = now();
  #progress: number;
  #losses = 0;
  #quickLosses = 0;
  #isContinued = false;
  #wasShort = false;
  readonly #told = new Set<string>();

  /** `progress` is a count that grows with each message that got through. */
  constructor(patienceMs: number, progress: number) {
    this.patienceMs = patienceMs;
    this.#progress = progress;
  }

  /** A connection was lost. When nothing had got through on it, and it was short, the outage before goes on. */
  lost(progress: number): void {
    const hasProgress = progress !== this.#progress;
    const lasted = now() - this.#restored;
    this.#wasShort = lasted < STEADY_MS;
    this.#losses = hasProgress ? 1 : this.#losses + 1;
    this.#isContinued =
      !hasProgress && this.#losses > 1 && lasted < Math.min(STEADY_MS, this.patienceMs);
    this.#quickLosses = this.#isContinued ? this.#quickLosses + 1 : 1;
    if (!this.#isContinued) this.#begin();
    this.#progress = progress;
  }

  #begin(): void {
    this.#since = now();
    this.#told.clear();
  }

  restored(): void {
    this.#restored = now();
  }

  /** Losses in a row without anything getting through. */
  get losses(): number {
    return this.#losses;
  }

  /** The same, of connections that were short as well. */
  get quickLosses(): number {
    return this.#quickLosses;
  }

  /** The last connection did not work: wait before the next one. */
  get isContinued(): boolean {
    return this.#isContinued;
  }

  /** The last connection did not last long, whatever got through on it. */
  get wasShort(): boolean {
    return this.#wasShort;
  }

  /** What is left of the patience, in milliseconds; 0 or less when it is over. */
  get left(): number {
    return this.#since + this.patienceMs - now();
  }

  /** Is this a reason for a failed try that people should be told of? Each one once in an outage. */
  isNews({ exit, message }: Failure): boolean {
    const isUsual = exit === "unreachable" && now() - this.#since < USUAL_MS;
    if (isUsual || this.#told.has(message)) return false;
    this.#told.add(message);
    return true;
  }

  /** How long to wait before the next try. */
  delay(): number {
    const age = now() - this.#since;
    const longest = Math.min(Math.max(MIN_DELAY_MS, age / 8), MAX_DELAY_MS);
    const delay = MIN_DELAY_MS + Math.random() * (longest - MIN_DELAY_MS);
    return Math.max(0, Math.min(delay, this.left));
  }
}
