// Ends the subscriptions of a channel.
import type { Channel } from "amqplib";
import { now } from "../../clock.ts";
import { within } from "../../deadline.ts";

/** What is in hand is finished afterwards, also when the broker is silent. */
const ANSWER_MS = 1000;

/**
 * Asks the broker to send nothing more. Resolves when it has agreed, has gone or is silent, with the milliseconds that it took: a
 * quorum queue stores the end of a subscription. Never rejects.
 */
export async function cancelAll(
  channel: Pick<Channel, "cancel">,
  tags: readonly string[],
): Promise<number> {
  const since = now();
  const answers = tags.map((tag) => channel.cancel(tag).catch(() => {}));
  await within(ANSWER_MS, Promise.all(answers));
  return now() - since;
}
