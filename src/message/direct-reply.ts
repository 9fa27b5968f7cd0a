// Direct reply-to: an address for replies that is no queue (rabbitmq.com/docs/direct-reply-to).
import type { Message } from "./message.ts";

const DIRECT_REPLY = "amq.rabbitmq.reply-to.";

/**
 * Does it go to a client that uses direct reply-to? Its address does not count as a queue: brokers before 4.2 return all that is
 * sent there as mandatory, even when it arrives, and later ones return nothing.
 */
export function isDirectReply({ routingKey }: Message): boolean {
  return routingKey.startsWith(DIRECT_REPLY);
}
