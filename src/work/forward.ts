// Publishes each delivery on, as it is, and acknowledges it when the broker has confirmed that.
import type { Courier, Destination } from "../amqp/publish/courier.ts";
import type { Intake } from "../amqp/consume/intake.ts";
import { Failure } from "../errors.ts";
import type { Delivery, Message } from "../message/message.ts";
import { asFirstSeen } from "../message/retry-marks.ts";
import { store } from "./copies.ts";
import { propertiesElsewhere } from "./tries.ts";
import type { Work } from "./work.ts";

/**
 * Work that passes on. It takes what comes; the prefetch bounds what is under way. `giveBack` is called for each message whose
 * link was lost before the broker had confirmed its copy; false: the run falls short by that.
 */
export function forwarding(
  to: Destination,
  intake: Pick<Intake, "settle">,
  courier: Pick<Courier, "send">,
  giveBack: () => boolean,
): Work {
  const failing = new AbortController();
  const underWay = new Set<Promise<void>>();
  let shortfall: Failure | undefined;
  const passOn = async (delivery: Delivery): Promise<void> => {
    const isStored = await store(forwarded(delivery, to), delivery, courier);
    if (isStored) intake.settle([delivery], "ack");
    else if (!giveBack()) shortfall ??= notPassedOn();
  };
  const pass = async (batch: readonly Delivery[]): Promise<void> => {
    const ends = await Promise.allSettled(batch.map(passOn));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  };
  return {
    failed: failing.signal,
    get shortfall() {
      return shortfall;
    },
    get isBusy() {
      return underWay.size > 0;
    },
    take: async (batch) => {
      const passing = pass(batch)
        .catch((error: unknown) => failing.abort(error))
        .finally(() => underWay.delete(passing));
      underWay.add(passing);
      // The prefetch does not bound what was small when it came.
      if (batch.some(({ compressed }) => compressed)) await passing;
    },
    finish: async () => {
      await Promise.all(underWay);
      failing.signal.throwIfAborted();
    },
  };
}

function notPassedOn(): Failure {
  return new Failure(
    "undelivered",
    "--forward: the connection was lost before the last messages were passed on",
    "they were not acknowledged and stay in their queue",
  );
}

/** A delivery as it goes there. */
function forwarded(delivery: Delivery, { exchange, routingKey }: Destination): Message {
  return {
    exchange,
    routingKey: routingKey ?? asFirstSeen(delivery).routingKey,
    properties: propertiesElsewhere(delivery),
    body: delivery.body,
  };
}
