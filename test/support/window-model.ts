// A window of unconfirmed messages with a broker that keeps its own books, in the simplest way. What is done to the two, and
// what must hold of them, is in window.test.ts.
import { expect } from "vitest";
import type { Entry } from "../../src/amqp/publish/entry.ts";
import { Window } from "../../src/amqp/publish/window.ts";
import type { Message } from "../../src/message/message.ts";

export const noRoute = { code: 312, text: "NO_ROUTE" };

/** Messages alike but for their body, and every fifth one like another. */
export function message(number: number): Message {
  const body = Buffer.from(number % 5 === 0 ? "alike" : `${number}`);
  return { exchange: "", routingKey: "k", properties: {}, body };
}

/** What a broker does with a message that it has read. */
export type Fate = "store" | "return" | "refuse";

interface Sent {
  readonly entry: Entry;
  fate: Fate | undefined;
  settled: boolean;
}

/** A broker with one channel at a time, which keeps its own books in the simplest way: everything ever, by message. */
export class Model {
  readonly window = new Window();
  readonly added: Message[] = [];
  readonly stored = new Set<Message>();
  readonly returned = new Set<Message>();
  readonly confirmed: Entry[] = [];
  /** Refused, and not yet sent again. */
  readonly waiting: Entry[] = [];
  readonly #sent = new Set<Message>();
  #channel: Sent[] = [];

  add(): void {
    const next = message(this.added.length);
    this.added.push(next);
    this.window.add(next);
  }

  /** The publisher sends up to `count` messages. */
  send(count: number): readonly Entry[] {
    const sent: Entry[] = [];
    for (let entry = this.window.next(); entry && sent.length < count; entry = this.window.next()) {
      this.#channel.push({ entry, fate: undefined, settled: false });
      sent.push(entry);
      expect(this.window.sent()).toBe(!this.#sent.has(entry.message));
      this.#sent.add(entry.message);
    }
    return sent;
  }

  /** The broker reads the next message on the channel. A return goes out at once, before the ack. */
  process(fate: Fate): void {
    const next = this.#channel.find((sent) => sent.fate === undefined);
    if (!next) return;
    next.fate = fate;
    if (fate === "store") this.stored.add(next.entry.message);
    if (fate !== "return") return;
    this.returned.add(next.entry.message);
    // Not the same object: what comes off the wire is a copy.
    const copy = { ...next.entry.message, body: Buffer.from(next.entry.message.body) };
    expect(this.window.markReturned(copy, noRoute)).toBeDefined();
  }

  /** The broker settles one message, or all up to it that fared alike. */
  settle(index: number, multiple: boolean): void {
    const open = this.#channel.flatMap((sent, i) => (sent.fate && !sent.settled ? [i] : []));
    const at = open[index % Math.max(1, open.length)];
    if (at === undefined) return;
    const isRefusal = this.#channel[at]?.fate === "refuse";
    const range = this.#channel.slice(multiple ? 0 : at, at + 1).filter(({ settled }) => !settled);
    const isUniform = range.every(({ fate }) => fate && (fate === "refuse") === isRefusal);
    for (const sent of isUniform ? range : this.#channel.slice(at, at + 1)) sent.settled = true;
    this.#tell(at + 1, multiple && isUniform, isRefusal);
  }

  #tell(tag: number, multiple: boolean, isRefusal: boolean): void {
    expect(this.window.covers(tag)).toBe(true);
    const { nacked, acked } = isRefusal
      ? this.window.nack(tag, multiple)
      : { nacked: [], acked: this.window.ack(tag, multiple) };
    this.waiting.push(...nacked);
    this.confirmed.push(...acked);
  }

  /** The channel is lost, with everything on its way. */
  lose(): void {
    this.confirmed.push(...this.window.lost());
  }

  /** Lost as well; the next one sends again what is open. */
  restart(): void {
    this.#channel = [];
    this.lose();
    this.window.restart(this.waiting.splice(0));
  }

  /** What was nacked is sent once more, on the same channel. */
  retry(): void {
    this.window.addAgain(this.waiting.splice(0));
  }

  /** The broker takes everything. */
  drain(): void {
    if (this.waiting.length > 0) this.retry();
    this.send(Infinity);
    while (this.#channel.some(({ fate }) => fate === undefined)) this.process("store");
    while (this.#channel.some(({ settled }) => !settled)) this.settle(0, false);
    if (this.waiting.length > 0) this.drain();
  }
}
