// Publishes each delivery on, as it is, and acknowledges it when the broker has confirmed that.
import type { Courier, Destination } from "../amqp/publish/courier.ts";
import type { Intake } from "../amqp/consume/intake.ts";
import { Failure } from "../errors.ts";
import type { Delivery } from "../message/message.ts";
import { asFirstSeen } from "../message/retry-marks.ts";
import { propertiesElsewhere } from "./tries.ts";
import type { Work } from "./work.ts";

/**
 * Work that passes on. It takes what comes; the prefetch bounds what is under way. `comesAgain` is told of each message whose
 * connection was lost first; false when the run is over by then.
 */
export function forwarding(
  to: Destination,
  intake: Pick<Intake, "settle">,
  courier: Pick<Courier, "send">,
  comesAgain: () => boolean,
): Work {
  const failing = new AbortController();
  const underWay = new Set<Promise<void>>();
  let shortfall: Failure | undefined;
  const passOn = async (delivery: Delivery): Promise<void> => {
    if (await forward(delivery, to, courier)) intake.settle([delivery], "ack");
    else if (!comesAgain()) shortfall ??= notPassedOn();
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

/** Why the broker has no place for a message. */
const reasons = {
  returned: "no queue gets the message",
  nacked: "the broker refuses the message (nack)",
  fatal: "the broker fails on the message, and closes the connection each time",
} as const;

/** True when it is stored, false when the link is gone. @throws Failure when the broker has no place for it */
async function forward(
  delivery: Delivery,
  to: Destination,
  courier: Pick<Courier, "send">,
): Promise<boolean> {
  const { body } = delivery;
  const properties = propertiesElsewhere(delivery);
  const { exchange, routingKey = asFirstSeen(delivery).routingKey } = to;
  const message = { exchange, routingKey, properties, body };
  const fate = await courier.send(message, delivery.generation);
  if (fate === "confirmed" || fate === "lost") return fate === "confirmed";
  throw new Failure(
    "undelivered",
    `--forward: exchange "${exchange}", key "${routingKey}": ${reasons[fate]}`,
    "it was not acknowledged and stays in its queue",
  );
}
