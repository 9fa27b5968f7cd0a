// The messages that are on their way: which are sent on the current channel, which the broker has settled.
// Pure bookkeeping by delivery tag; knows no channel and no time.
import type { Reply } from "../../errors.ts";
import type { Message } from "../../message/message.ts";
import { asOpen, bySerial, isOpen, type Entry } from "./entry.ts";
import { ownId, type IdOf } from "./message-ids.ts";

export interface WindowPlan {
  /** The message-id that an entry is sent with. */
  readonly idOf?: IdOf;
  /** Says where a message goes on the current channel. */
  readonly readdress?: (message: Message) => Message;
  /** Is an acked entry told only when all that were sent before it are settled? Else at once. */
  readonly inOrder?: boolean;
}

/** An ordered window. Delivery tags count from 1 on each channel, in the order of sending. */
export class Window {
  readonly idOf: IdOf;
  readonly #readdress: (message: Message) => Message;
  readonly #inOrder: boolean;
  #entries: (Entry | undefined)[] = [];
  #head = 0;
  /** The delivery tag of the entry at #head. */
  #headTag = 1;
  /** Index of the first entry not yet sent on this channel. */
  #unsent = 0;
  /** Returns come in the order of sending: the next one belongs to an entry from here on. */
  #returnFrom = 0;
  #bytes = 0;
  #hasAcked = false;
  #serial = 0;
  /** The highest serial that was ever sent. */
  #lastSent = -1;

  constructor({ idOf = ownId, readdress = (message) => message, inOrder = true }: WindowPlan = {}) {
    this.idOf = idOf;
    this.#readdress = readdress;
    this.#inOrder = inOrder;
  }

  /** Messages that are not settled, sent or not. */
  get size(): number {
    return this.#entries.length - this.#head;
  }

  /** Has the broker acked anything on this channel? */
  get hasAcked(): boolean {
    return this.#hasAcked;
  }

  /** Bytes of their bodies. */
  get bytes(): number {
    return this.#bytes;
  }

  add(message: Message, takenAt = 0): Entry {
    const entry: Entry = {
      message: this.#readdress(message),
      serial: this.#serial++,
      nacks: 0,
      takenAt,
      returned: undefined,
      state: "open",
    };
    this.#push(entry);
    return entry;
  }

  /** Adds messages that were nacked: they are sent once more. */
  addAgain(nacked: readonly Entry[]): void {
    for (const entry of bySerial(nacked)) this.#push(asOpen(entry, entry.nacks + 1));
  }

  #push(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += entry.message.body.length;
  }

  /** May the broker settle this tag? Only what was sent on this channel; what is settled already does no harm. */
  covers(tag: number): boolean {
    return tag >= 1 && tag < this.#headTag + this.#unsent - this.#head;
  }

  /** The next entry to send on this channel; undefined when all are sent. The caller sends it, then calls `sent`. */
  next(): Entry | undefined {
    return this.#entries[this.#unsent];
  }

  /** Returns whether that was for the first time, not once more: these come in the order of serials. */
  sent(): boolean {
    const serial = this.#entries[this.#unsent++]?.serial ?? -1;
    const isFirst = serial > this.#lastSent;
    if (isFirst) this.#lastSent = serial;
    return isFirst;
  }

  /** Takes out the next entry to send: it can never be sent. */
  dropNext(): void {
    const [entry] = this.#entries.splice(this.#unsent, 1);
    this.#bytes -= entry?.message.body.length ?? 0;
  }

  /** What was sent on this channel and has no answer yet, in the order of sending. */
  underWay(): readonly Entry[] {
    return this.#entries.slice(this.#head, this.#unsent).filter(isOpen);
  }

  /** The first of them; undefined when there is none. */
  get oldest(): Entry | undefined {
    return this.#head < this.#unsent ? this.#entries[this.#head] : undefined;
  }

  /** Takes out what can never be sent, whether it was sent on this channel or not; a new channel must follow. */
  takeOut(isPoison: (entry: Entry) => boolean): readonly Entry[] {
    const taken = this.#entries.slice(this.#head).filter(isOpen).filter(isPoison);
    for (const entry of taken) entry.state = "nacked";
    return taken;
  }

  /** The channel is gone: only what is open stays. Returns what was acked out of order, in the order of sending. */
  lost(): readonly Entry[] {
    const sent = this.#entries
      .slice(this.#head, this.#unsent)
      .filter((entry) => entry !== undefined);
    const open = sent.filter(isOpen);
    this.#entries = [...open, ...this.#entries.slice(this.#unsent)];
    this.#head = 0;
    this.#unsent = open.length;
    this.#bytes = this.#entries.reduce((sum, entry) => sum + (entry?.message.body.length ?? 0), 0);
    return sent.filter(({ state }) => state === "acked");
  }

  /**
   * A new channel: all that is open is unsent again, and so is what was nacked and waits for another try, in the order in
   * which messages were added first.
   */
  restart(nacked: readonly Entry[] = []): void {
    const open = this.#entries.filter(isOpen);
    const all = [
      ...open.map((entry) => asOpen(entry, entry.nacks)),
      ...nacked.map((entry) => asOpen(entry, entry.nacks + 1)),
    ];
    this.#entries = [];
    this.#head = 0;
    this.#headTag = 1;
    this.#hasAcked = false;
    this.#unsent = 0;
    this.#returnFrom = 0;
    this.#bytes = 0;
    for (const entry of bySerial(all))
      this.#push({ ...entry, message: this.#readdress(entry.message) });
  }

  /** The broker returned a message: it belongs to the first open sent entry like it that was not returned. */
  markReturned(message: Message, reply: Reply): Entry | undefined {
    for (let i = Math.max(this.#returnFrom, this.#head); i < this.#unsent; i++) {
      const entry = this.#entries[i];
      if (!isOpen(entry) || !this.#isCopy(message, entry)) continue;
      entry.returned = reply;
      this.#returnFrom = i + 1;
      return entry;
    }
    return undefined;
  }

  /** basic.ack of a tag that is covered: returns the entries of which that can be told, in the order of sending. */
  ack(tag: number, multiple: boolean): readonly Entry[] {
    this.#hasAcked = true;
    const acked = this.#range(tag, multiple);
    for (const entry of acked) entry.state = "acked";
    const leaving = this.#shift();
    return this.#inOrder ? leaving : acked;
  }

  /** Everything sent is as good as acked: for channels without confirms. */
  ackSent(): readonly Entry[] {
    return this.ack(this.#headTag + this.#unsent - this.#head - 1, true);
  }

  /** basic.nack: `nacked` leave the window (the caller may add them again); `acked` can be told now that these are settled. */
  nack(
    tag: number,
    multiple: boolean,
  ): { readonly nacked: readonly Entry[]; readonly acked: readonly Entry[] } {
    const nacked = this.#range(tag, multiple);
    for (const entry of nacked) entry.state = "nacked";
    const leaving = this.#shift();
    return { nacked, acked: this.#inOrder ? leaving : [] };
  }

  #isCopy({ exchange, routingKey, properties, body }: Message, entry: Entry): boolean {
    const sent = entry.message;
    return (
      sent.routingKey === routingKey &&
      sent.exchange === exchange &&
      this.idOf(entry) === properties.messageId &&
      sent.body.equals(body)
    );
  }

  #range(tag: number, multiple: boolean): readonly Entry[] {
    const last = this.#head + tag - this.#headTag;
    const open: Entry[] = [];
    for (let i = multiple ? this.#head : Math.max(last, this.#head); i <= last; i++) {
      const entry = this.#entries[i];
      if (isOpen(entry)) open.push(entry);
    }
    return open;
  }

  /** Drops settled entries from the front, and returns the acked ones among them. */
  #shift(): readonly Entry[] {
    const acked: Entry[] = [];
    for (; this.#head < this.#unsent; this.#head++, this.#headTag++) {
      const entry = this.#entries[this.#head];
      if (!entry || entry.state === "open") break;
      if (entry.state === "acked") acked.push(entry);
      this.#bytes -= entry.message.body.length;
      this.#entries[this.#head] = undefined;
    }
    if (this.#head > 1024 && this.#head * 2 > this.#entries.length) this.#compact();
    return acked;
  }

  #compact(): void {
    this.#entries = this.#entries.slice(this.#head);
    this.#unsent -= this.#head;
    this.#returnFrom = Math.max(0, this.#returnFrom - this.#head);
    this.#head = 0;
  }
}
