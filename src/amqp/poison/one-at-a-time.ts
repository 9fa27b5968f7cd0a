// suspects.ts for messages that come again with their deliveries: what the broker fails on is found by sending one at a time:
// docs/adr/0035-messages-the-broker-fails-on.md.
import { isDeepStrictEqual } from "node:util";
import { within } from "../../time/deadline.ts";
import { ConnectionException, type Failure } from "../../errors.ts";
import { isDirectReply } from "../../message/direct-reply.ts";
import type { Message } from "../../message/message.ts";
import { REASON_MS } from "../session/link.ts";
import { Evidence } from "./evidence.ts";
import type { Fate } from "../publish/route.ts";

/** How many that got through may come again before it: their acknowledgements were lost with the connection. */
const MOST_AGAIN = 256;

type Send = () => Promise<Fate>;

/** Sends in order, and one at a time while there is a suspicion. */
export class OneAtATime {
  /** How many have begun: any number, or one while there is a suspicion. */
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;
  /** How many were on their way when the last connection was lost. */
  #lost = 0;
  /** How many got through on this connection, and on the one before. */
  #passed = 0;
  #passedBefore = 0;
  /** How many more go one at a time. */
  #careful = 0;
  readonly #evidence = new Evidence<Message>();

  /** Calls `send` when its turn comes. */
  async inTurn(send: Send): Promise<Fate> {
    if (this.#careful === 0 && this.#waiting.length === 0) return this.#run(send);
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => void this.#run(send).then(resolve, reject));
      this.#next();
    });
  }

  /** Sends on a connection, which is lost for a reason that can be awaited; "fatal" when the broker fails on this message. */
  async watch(message: Message, send: Send, lost: Promise<Failure>): Promise<Fate> {
    this.#underWay++;
    const fate = await send().finally(() => this.#underWay--);
    if (fate === "lost") return this.#judge(message, await within(REASON_MS, lost));
    this.#evidence.drop((before) => isEqual(message, before));
    this.#passed++;
    if (this.#careful > 0) this.#careful--;
    return fate;
  }

  /** The connection is gone: to be called before anybody is told. */
  detached(): void {
    // Called a second time for the same one.
    if (this.#underWay === 0 && this.#passed === 0) return;
    this.#lost = this.#underWay;
    this.#passedBefore = this.#passed;
    this.#passed = 0;
  }

  async #run(send: Send): Promise<Fate> {
    this.#running++;
    return send().finally(() => {
      this.#running--;
      this.#next();
    });
  }

  #next(): void {
    while (this.#waiting.length > 0 && (this.#careful === 0 || this.#running === 0))
      this.#waiting.shift()?.();
  }

  #judge(message: Message, reason: Failure | "late"): Fate {
    if (!(reason instanceof ConnectionException)) return "lost";
    this.#careful = this.#lost + Math.min(this.#passedBefore, MOST_AGAIN);
    if (this.#lost > 1) return "lost";
    return this.#evidence.add(message, (before) => isLike(message, before)) ? "fatal" : "lost";
  }
}

/** May it be the same message again? What was added on its way, such as the time of its failure, may differ. */
function isLike(one: Message, other: Message): boolean {
  if (one.exchange !== other.exchange || one.routingKey !== other.routingKey) return false;
  return isDirectReply(one) || one.body.equals(other.body);
}

/** Is what was found out about one true of the other? */
function isEqual(one: Message, other: Message): boolean {
  return isLike(one, other) && isDeepStrictEqual(one.properties, other.properties);
}
