// Copies of messages, stored elsewhere before the messages themselves are settled: by --forward, --dead-letter and retries.
import type { Courier } from "../amqp/publish/courier.ts";
import type { Fate } from "../amqp/publish/route.ts";
import { Failure, Unsendable } from "../errors.ts";
import type { Delivery, Message } from "../message/message.ts";

type SendingCourier = Pick<Courier, "send">;

/** True when it is stored, false when the delivery's link is gone. @throws Failure when the broker has no place for it */
export async function store(
  copy: Message,
  delivery: Delivery,
  courier: SendingCourier,
): Promise<boolean> {
  const fate = await offer(copy, delivery, courier);
  if (fate === "returned") throw nowhere(copy, "it reaches no queue");
  return fate === "confirmed";
}

/** The same for a caller that knows what to do with a copy that came back. @throws as `store`, but for that */
export async function offer(
  copy: Message,
  { generation }: Delivery,
  courier: SendingCourier,
): Promise<Exclude<Fate, "nacked" | "fatal">> {
  const fate = await courier.send(copy, generation).catch((error: unknown) => {
    throw error instanceof Unsendable ? nowhere(copy, error.reason, error) : error;
  });
  if (fate === "nacked") throw nowhere(copy, "the broker refuses it (nack)");
  if (fate === "fatal")
    throw nowhere(copy, "the broker fails on it, and closes the connection each time");
  return fate;
}

/** Why a copy is stored nowhere. */
export function nowhere(
  { exchange, routingKey }: Message,
  reason: string,
  cause?: unknown,
): Failure {
  return new Failure(
    "undelivered",
    `a message cannot be passed on to exchange "${exchange}", key "${routingKey}": ${reason}`,
    "the original was not acknowledged and stays in its queue",
    cause,
  );
}
