// For messages that come again with their deliveries: as suspects.ts, what the broker fails on is found by sending one at a time.
import { within } from "../../deadline.ts";
import { ConnectionException, type Failure } from "../../errors.ts";
import type { Message } from "../../message/message.ts";
import { isDirectReply, type Fate } from "./route.ts";

/** So often a connection must end with only this message on its way: once may be a coincidence. */
const PROOF = 2;
/** Why a connection was lost is known this soon after. */
const REASON_MS = 200;

/** Sends, one at a time while there is a suspicion. */
export class Caution {
  #underWay = 0;
  /** How many were on their way when the connection was lost last. */
  #lost = 0;
  /** So many more go one at a time. */
  #careful = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #accused: { readonly message: Message; readonly times: number } | undefined;

  /** What `send` does, when it is its turn. */
  async inTurn(send: () => Promise<Fate>): Promise<Fate> {
    if (this.#careful === 0) return send();
    const sent = this.#turn.then(send);
    this.#turn = sent.catch(() => {});
    return sent;
  }

  /** Sends on a connection, which is lost for a reason that can be awaited; "fatal" when the broker fails on this message. */
  async watch(message: Message, send: () => Promise<Fate>, lost: Promise<Failure>): Promise<Fate> {
    this.#underWay++;
    const fate = await send().finally(() => this.#underWay--);
    if (fate === "lost") return this.#judge(message, await within(REASON_MS, lost));
    if (this.#accused && isLike(message, this.#accused.message)) this.#accused = undefined;
    if (this.#careful > 0) this.#careful--;
    return fate;
  }

  /** The connection is gone: to be called before anybody is told. */
  detached(): void {
    this.#lost = this.#underWay;
  }

  #judge(message: Message, reason: Failure | "late"): Fate {
    if (!(reason instanceof ConnectionException)) return "lost";
    this.#careful = Math.max(this.#careful, this.#lost);
    if (this.#lost > 1) return "lost";
    const before =
      this.#accused && isLike(message, this.#accused.message) ? this.#accused.times : 0;
    const times = before + 1;
    this.#accused = { message, times };
    return times < PROOF ? "lost" : "fatal";
  }
}

/** The same message once more; a reply may have been written anew. */
function isLike(one: Message, other: Message): boolean {
  if (one.exchange !== other.exchange || one.routingKey !== other.routingKey) return false;
  return isDirectReply(one) || one.body.equals(other.body);
}
