// Deleting a queue only when it is empty, or unused: RabbitMQ deletes a stream whatever the conditions. It does not tell the type
// of a queue, and finding out must touch no message, since each look at one counts as a delivery.
import type { Channel } from "amqplib";
import { Failure, Refused } from "../../errors.ts";
import { watchChannel, type Link } from "../session/link.ts";

/** @throws Failure when the queue is a stream, or the broker's error when it cannot be asked */
export async function refuseStream({ connection }: Link, queue: string): Promise<void> {
  // Not the link's: the usual answer closes the channel.
  const channel = await connection.openChannel("plain");
  const lost = watchChannel(channel, connection);
  const reason = await Promise.race([isStream(channel, queue), lost]).catch(() => lost);
  if (reason instanceof Refused && /invalid arg 'x-stream-offset'/.test(reason.reply.text)) return;
  if (reason instanceof Failure) throw reason;
  await channel.close();
  if (!reason) return;
  throw new Failure(
    "refused",
    `queue "${queue}" is a stream: the broker would delete it whatever it holds and whoever reads it`,
    "a stream is deleted only without --if-empty and --if-unused",
  );
}

/** Only a stream takes an offset: other queues refuse it (406), or ignore it and count us as a consumer, as no stream does. */
async function isStream(channel: Channel, queue: string): Promise<boolean> {
  await channel.prefetch(1);
  await channel.consume(queue, () => {}, { arguments: { "x-stream-offset": "next" } });
  const { consumerCount } = await channel.checkQueue(queue);
  return consumerCount === 0;
}
