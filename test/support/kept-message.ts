// One message that must survive a crash, stored and taken with amqplib alone: the tests of brokers do not lean on src/.
import { once } from "node:events";
import { connect } from "amqplib";

/** Declares a durable queue and puts the persistent message "kept" into it, confirmed. */
export async function storeMessage(
  url: string,
  queue: string,
  type: "classic" | "quorum" = "classic",
): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue(queue, { durable: true, arguments: { "x-queue-type": type } });
  channel.sendToQueue(queue, Buffer.from("kept"), { persistent: true });
  await channel.waitForConfirms();
  await connection.close();
}

/** Takes one message; undefined when the queue is empty. Rejects when the broker closes the connection instead. */
export async function takeMessage(url: string, queue: string): Promise<string | undefined> {
  const connection = await connect(url);
  const take = async () => {
    const channel = await connection.createChannel();
    const message = await channel.get(queue, { noAck: true });
    return message === false ? undefined : message.content.toString();
  };
  // amqplib leaves a `get` unsettled when the connection is closed under it.
  const lost = once(connection, "error").then(([reason]) => Promise.reject(reason));
  const taken = await Promise.race([take(), lost]);
  await connection.close();
  return taken;
}
