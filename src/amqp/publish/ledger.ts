// The exact account of what is published: read = confirmed + returned + nacked + unconfirmed, at every moment.
// Without confirms nothing is confirmed; of the unconfirmed, those that were handed over are counted then.
// Each step is also told to people here, so that what they read and what is counted cannot differ.
import type { Reply } from "../../errors.ts";
import type { Message } from "../../message/message.ts";
import type { BlockedReport } from "../session/connection.ts";
import type { Entry } from "./entry.ts";

/** Where every message read has gone. */
export interface Account {
  readonly read: number;
  /** Those of them that were given to a connection, once or more often. */
  readonly sent: number;
  readonly confirmed: number;
  readonly returned: number;
  readonly nacked: number;
  readonly unconfirmed: number;
  /** Those of them that have reached the broker, without confirms: the connection lived on to the last round trip. */
  readonly handedOver?: number;
  /** How often a message was sent again, after a loss or a nack. */
  readonly resent: number;
}

/** What a publisher tells people of its messages. */
export interface LedgerReport {
  /** Confirmed, and taken at that moment; or handed over, without one. */
  sent(message: Message, takenAt?: number): void;
  returned(message: Message, reply: Reply): void;
  /** Refused for good; `reason` is short. */
  nacked(message: Omit<Message, "body">, reason: string): void;
}

/** What a publisher tells people. */
export interface PublishReport extends LedgerReport, BlockedReport {}

/** Counts; every message read is counted once. */
export class Ledger {
  readonly #report: LedgerReport;
  #read = 0;
  #sent = 0;
  #confirmed = 0;
  #returned = 0;
  #nacked = 0;
  #resent = 0;
  /** Without confirms: what this connection has taken and the broker has not returned. */
  #handedOver = 0;
  /** The same of connections that were lost. */
  #lost = 0;
  #arrived = 0;

  constructor(report: LedgerReport) {
    this.#report = report;
  }

  get account(): Account {
    const unconfirmed = this.#read - this.#confirmed - this.#returned - this.#nacked;
    return {
      read: this.#read,
      sent: this.#sent,
      confirmed: this.#confirmed,
      returned: this.#returned,
      nacked: this.#nacked,
      unconfirmed,
      resent: this.#resent,
      ...(this.#arrived > 0 && { handedOver: this.#arrived }),
    };
  }

  /** Grows with each message that got through, as far as anybody knows, or was refused for good: it is not sent again. */
  get progress(): number {
    const settled = this.#confirmed + this.#returned + this.#nacked;
    return settled + this.#handedOver + this.#lost + this.#arrived;
  }

  read(): void {
    this.#read++;
  }

  /** A message was given to a connection for the first time. */
  sent(): void {
    this.#sent++;
  }

  /** A message was given to a connection once more. */
  resent(): void {
    this.#resent++;
  }

  /** The broker has acked these; those that it had returned before reached no queue. */
  acked(entries: readonly Entry[]): void {
    for (const { message, returned, takenAt } of entries) {
      if (returned) this.#return(message, returned);
      else {
        this.#confirmed++;
        this.#report.sent(message, takenAt);
      }
    }
  }

  /** The broker has refused it for the last time. */
  nacked(message: Omit<Message, "body">, reason = "nack"): void {
    this.#nacked++;
    this.#report.nacked(message, reason);
  }

  /** Without confirms: given to the connection; nobody knows what has arrived until the last round trip. */
  handedOver(entries: readonly Entry[]): void {
    this.#handedOver += entries.length;
    for (const { message } of entries) this.#report.sent(message);
  }

  /** Without confirms: one of those handed over has come back. */
  cameBack(message: Message, reply: Reply): void {
    this.#handedOver--;
    this.#return(message, reply);
  }

  /** What was handed over has arrived, all of it. */
  arrived(): void {
    this.#arrived += this.#handedOver;
    this.#handedOver = 0;
  }

  /** The connection is gone: what was handed over may have arrived or not, and is not sent again. */
  lost(): void {
    this.#lost += this.#handedOver;
    this.#handedOver = 0;
  }

  #return(message: Message, reply: Reply): void {
    this.#returned++;
    this.#report.returned(message, reply);
  }
}
