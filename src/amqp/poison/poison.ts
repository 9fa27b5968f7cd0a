// Poison messages: those that this broker never takes, however often they are sent, as they are too large or it fails on them.
import { ConnectionException, type Failure, type Refused } from "../../errors.ts";
import type { Message } from "../../message/message.ts";
import { SizeLimit } from "./size-limit.ts";
import { Suspects } from "./suspects.ts";
import type { Window } from "../publish/window.ts";

/** A message that is not sent again, and why, for people. */
interface Refusal {
  readonly message: Message;
  readonly reason: string;
}

/** What a publisher has learned about them from the connections that they have cost. */
export class Poison {
  readonly #sizeLimit = new SizeLimit();
  readonly #suspects = new Suspects();

  /** The broker's refusal that a run ends with, where there was one. */
  get refusal(): Refused | undefined {
    return this.#sizeLimit.refusal;
  }

  /** Why a message need not be sent at all. */
  reasonFor(message: Message): string | undefined {
    return this.#sizeLimit.excludes(message) ? this.explainSize(message.body.length) : undefined;
  }

  /** Why a message of this size is refused. */
  explainSize(bytes: number): string {
    return this.#sizeLimit.explain(bytes);
  }

  /** May another message be sent before those on their way are answered? */
  allowsCompany({ oldest }: Window): boolean {
    return oldest === undefined || !this.#suspects.includes(oldest);
  }

  /** A channel was lost: takes what is to blame for it out of the window. */
  takeOut(window: Window, reason: Failure): readonly Refusal[] {
    if (reason instanceof ConnectionException) {
      const culprit = this.#suspects.judge(window.underWay());
      const { code, text } = reason.reply;
      const taken = window.takeOut((entry) => entry === culprit);
      return taken.map(({ message }) => ({ message, reason: `fails on it: ${code} ${text}` }));
    }
    if (!this.#sizeLimit.learn(reason)) return [];
    const taken = window.takeOut(({ message }) => this.#sizeLimit.excludes(message));
    return taken.map(({ message }) => ({ message, reason: this.explainSize(message.body.length) }));
  }
}
