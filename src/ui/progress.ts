// How far a run has come, as a bar below the other lines on stderr; only on a terminal, and only when the total is known.
import { now } from "../time/clock.ts";
import type { World } from "../world.ts";
import { formatDuration } from "./figures.ts";
import { drawEach, type Footer } from "./footer.ts";
import { formatSize } from "./size.ts";

type Unit = "bytes" | "messages";

interface Sample {
  readonly atMs: number;
  readonly done: number;
  readonly messages: number;
}

/** What a bar needs: a clock in milliseconds, and how many messages there were so far. */
export interface ProgressWorld {
  readonly footer: Pick<Footer, "show" | "columns">;
  readonly clock: () => number;
  readonly messages: () => number;
}

const DRAW_MS = 200;
/** Rates are those of the last five seconds. */
const SAMPLES = 25;
const BAR_COLUMNS = 24;
const LEAST_COLUMNS = 5;

/** A bar below the lines of stderr, if that is a terminal on which no messages are written in between. */
export function openProgress(
  { log, output }: Pick<World, "log" | "output">,
  writesOutput: boolean,
  messages: () => number,
): ProgressBar | undefined {
  const { footer } = log;
  if (!footer || (output.isTerminal && writesOutput)) return undefined;
  return new ProgressBar({ footer, clock: now, messages });
}

/** Draws itself from the moment the total is known until `end`. A run shorter than a tick never shows it. */
export class ProgressBar {
  readonly #world: ProgressWorld;
  #total = 0;
  #unit: Unit = "bytes";
  #done = 0;
  #bytes = 0;
  #samples: Sample[] = [];
  #stop: (() => void) | undefined;

  constructor(world: ProgressWorld) {
    this.#world = world;
  }

  expect(total: number, unit: Unit): void {
    this.#total = total;
    this.#unit = unit;
    this.#sample();
    this.#stop ??= drawEach(DRAW_MS, () => this.draw());
  }

  /** `bytes` are told beside messages. */
  advance(amount: number, bytes = 0): void {
    this.#done += amount;
    this.#bytes += bytes;
  }

  /** Takes the bar away. */
  end(): void {
    if (!this.#stop) return;
    this.#stop();
    this.#stop = undefined;
    this.#world.footer.show([]);
  }

  /** One tick. */
  draw(): void {
    this.#sample();
    this.#world.footer.show([this.#line()]);
  }

  #sample(): void {
    const { clock, messages } = this.#world;
    this.#samples.push({ atMs: clock(), done: this.#done, messages: messages() });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }

  #line(): string {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    const ms = first && last ? last.atMs - first.atMs : 0;
    const rate = (key: "done" | "messages"): number =>
      first && last && ms > 0 ? ((last[key] - first[key]) * 1000) / ms : 0;
    const share = this.#total > 0 ? Math.min(1, this.#done / this.#total) : 1;
    const percent = `${Math.floor(share * 100)}%`.padStart(4);
    const left = rate("done") > 0 ? (this.#total - this.#done) / rate("done") : undefined;
    const eta = left === undefined ? "?" : formatDuration(Math.max(0, left) * 1000);
    const rates = `${Math.round(rate("messages"))} msg/s`;
    const text = this.#fit(percent, this.#amounts(), rates, `${eta} left`);
    return drawBar(share, this.#world.footer.columns - text.length) + text;
  }

  /** As much as a narrow terminal has room for; its last column stays free. */
  #fit(percent: string, amounts: string, rates: string, left: string): string {
    const room = this.#world.footer.columns - 1;
    const choices = [
      [percent, amounts, rates, left],
      [percent, amounts, left],
      [percent, left],
    ];
    return choices.map((parts) => parts.join("  ")).find(({ length }) => length <= room) ?? percent;
  }

  #amounts(): string {
    if (this.#unit === "messages")
      return `${this.#done} of ${this.#total} (${formatSize(this.#bytes)})`;
    return `${formatSize(this.#done)} of ${formatSize(this.#total)}`;
  }
}

/** Empty where there is no room for a bar that tells more than the percentage. */
function drawBar(share: number, room: number): string {
  const columns = Math.min(BAR_COLUMNS, room - 4);
  if (columns < LEAST_COLUMNS) return "";
  const filled = Math.floor(share * columns);
  return `[${"#".repeat(filled)}${".".repeat(columns - filled)}] `;
}
