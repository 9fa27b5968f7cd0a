// Deleting a queue only when it is empty, or unused: RabbitMQ deletes a stream whatever the conditions. Which type a queue has it
// does not say; asking must not touch messages, for each look at one counts as a delivery.
import { Failure, Refused } from "../../errors.ts";
import { watchChannel, type Link } from "./link.ts";

/** What the broker counts of a queue. Of a stream it counts no consumers, and messages only after a while. */
interface Found {
  readonly name: string;
  readonly messages: number;
  readonly consumers: number;
}

/** @throws Failure, or the broker's error, when the queue is a stream, or may be one and the condition is not met */
export async function refuseStream(
  link: Link,
  { name, messages, consumers }: Found,
  { ifEmpty }: { readonly ifEmpty: boolean },
): Promise<void> {
  if (consumers > 0) return;
  const type = messages === 0 ? "unknown" : await askType(link, name);
  if (type === "other") return;
  if (type === "unknown" && ifEmpty && messages > 0)
    throw new Failure(
      "refused",
      `queue "${name}" is not empty: it holds ${messages} messages`,
      "empty it first with --purge, or leave out --if-empty",
    );
  // Streams refuse this (540). A message comes only where one has arrived meanwhile, or a queue's other arguments hide its type.
  const message = await link.channel.get(name, { noAck: false });
  if (message) link.channel.nack(message, false, true);
}

/** Declares the queue once more, as a stream: the broker names one difference, which need not be the type. */
async function askType(
  { connection }: Link,
  queue: string,
): Promise<"stream" | "other" | "unknown"> {
  const channel = await connection.openChannel("plain");
  const lost = watchChannel(channel, connection);
  const asStream = { durable: true, arguments: { "x-queue-type": "stream" } };
  const accepted = channel.assertQueue(queue, asStream).then(() => channel.close());
  const reason = await Promise.race([accepted, lost]).catch(() => lost);
  if (!(reason instanceof Refused)) return "stream";
  return /inequivalent arg '(x-queue-type|durable|auto_delete)'/.test(reason.reply.text)
    ? "other"
    : "unknown";
}
