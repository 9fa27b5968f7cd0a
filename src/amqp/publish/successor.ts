// A queue without a name gets one from the broker, a different one on each connection: what was meant for its predecessor is for
// its successor.
import type { Message } from "../../message/message.ts";

export class Successor {
  readonly #predecessors = new Set<string>();
  #queue: string | undefined;

  /** The declared queue's name on a new connection; empty when none was declared. */
  attach(queue: string): void {
    if (this.#queue !== undefined && this.#queue !== queue) this.#predecessors.add(this.#queue);
    this.#queue = queue;
  }

  /** The message as it is to be sent on this connection. */
  readonly readdress = (message: Message): Message => {
    if (this.#predecessors.size === 0 || message.exchange !== "") return message;
    const isMeant = this.#predecessors.has(message.routingKey);
    return isMeant ? { ...message, routingKey: this.#queue ?? "" } : message;
  };
}
