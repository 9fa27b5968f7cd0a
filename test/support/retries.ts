// What tests of --retries have in common.
import { createExchange, forgetAtEnd, withChannel } from "./witness.ts";

/** Flags for quick retries, whose delay queues go with the test. */
export function quickly(queue: string, retries: number, delayMs = 100): readonly string[] {
  for (let i = 0; i < retries; i++) forgetAtEnd(`${queue}.retry-${delayMs * 2 ** i}ms`);
  return ["-q", queue, "--retries", `${retries}`, "--retry-delay", `${delayMs}ms`];
}

/** An exchange that leads to the queue by that key. */
export async function bindExchange(queue: string, key: string): Promise<string> {
  const exchange = await createExchange("topic");
  await withChannel((channel) => channel.bindQueue(queue, exchange, key));
  return exchange;
}

/** Publishes one message, "job". */
export async function publish(exchange: string, key: string, properties: object): Promise<void> {
  await withChannel(async (channel) => {
    channel.publish(exchange, key, Buffer.from("job"), properties);
    await channel.checkExchange(exchange);
  });
}
