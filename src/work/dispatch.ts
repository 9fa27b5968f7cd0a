// Gets a message's copy stored elsewhere, or a reply to it sent, before the message itself is settled: aftermath.ts.
import type { Courier } from "../amqp/publish/courier.ts";
import type { QueuePlan } from "../amqp/session/topology.ts";
import { now } from "../time/clock.ts";
import type { Delivery, Message } from "../message/message.ts";
import { isName } from "../message/text.ts";
import { nowhere, offer, store } from "./copies.ts";
import { LEASE_MS } from "./retry.ts";

export type PassingCourier = Pick<Courier, "send" | "declare">;

/** Each method resolves with false when the delivery's link is gone: the message comes again. */
export class Dispatch {
  readonly #courier: PassingCourier;
  readonly #warnOnce: (line: string) => void;
  /** Until when each delay queue may be used without declaring it again. */
  readonly #leases = new Map<string, number>();
  /** Where a reply ends the connection: some brokers fail on a direct reply-to address that no broker has issued. */
  readonly #unanswerable = new Set<string>();

  constructor(courier: PassingCourier, warnOnce: (line: string) => void) {
    this.#courier = courier;
    this.#warnOnce = warnOnce;
  }

  /** Publishes a copy that must not be lost. @throws Failure when the broker has no place for it */
  async store(copy: Message, delivery: Delivery): Promise<boolean> {
    return store(copy, delivery, this.#courier);
  }

  /** The same into a delay queue, which is declared when needed, and again if the copy came back. @throws as `store` */
  async delay(copy: Message, queue: QueuePlan, delivery: Delivery): Promise<boolean> {
    if (!isName(queue.name)) throw nowhere(copy, "a queue's name has at most 255 bytes");
    if (!(await this.#lease(queue, delivery))) return false;
    const fate = await offer(copy, delivery, this.#courier);
    if (fate !== "returned") return fate === "confirmed";
    this.#leases.delete(queue.name);
    return (await this.#lease(queue, delivery)) && this.store(copy, delivery);
  }

  /** Sends a reply. A client that has gone is no reason to stop. */
  async answer(reply: Message | undefined, { generation }: Delivery): Promise<boolean> {
    if (!reply) {
      this.#warnOnce("a request names no queue to reply to (reply-to): it gets no reply");
      return true;
    }
    if (this.#unanswerable.has(reply.routingKey)) return true;
    const fate = await this.#courier.send(reply, generation);
    if (fate === "fatal") {
      this.#unanswerable.add(reply.routingKey);
      this.#warnOnce(
        `the broker closes the connection each time a reply is sent to "${reply.routingKey}": requests that name it get none`,
      );
    }
    if (fate === "returned") this.#warnOnce("a reply has reached nobody: its client has gone");
    if (fate === "nacked") this.#warnOnce("the broker refuses a reply (nack): its queue is full");
    return fate !== "lost" && fate !== "fatal";
  }

  async #lease(queue: QueuePlan, { generation }: Delivery): Promise<boolean> {
    const start = now();
    if (start < (this.#leases.get(queue.name) ?? 0)) return true;
    // At once: what others publish meanwhile comes behind this declaration, on the same channel.
    this.#leases.set(queue.name, start + LEASE_MS);
    const isDeclared = await this.#courier.declare(queue, generation);
    if (!isDeclared) this.#leases.delete(queue.name);
    return isDeclared;
  }
}
