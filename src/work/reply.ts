// What a server answers a request: the handler's output, or that it has failed, so that no client waits in vain. Pure.
import { errorProperties } from "../message/error-reply.ts";
import type { Delivery, Message, Properties } from "../message/message.ts";
import { describeEnd, exitCodeOf, type End } from "./judgement.ts";

/** The reply to a request; undefined when it names no queue to reply to. */
export function replyTo(request: Delivery, body: Buffer): Message | undefined {
  return address(request, {}, body);
}

/** The reply to a request whose handler has failed for good. It does not tell what the handler wrote: logs may be private. */
export function errorReplyTo(request: Delivery, end: End): Message | undefined {
  return address(request, errorProperties(exitCodeOf(end)), Buffer.from(describeEnd(end)));
}

function address(
  { properties: { replyTo: queue, correlationId } }: Delivery,
  properties: Properties,
  body: Buffer,
): Message | undefined {
  if (queue === undefined || queue === "") return undefined;
  const correlation = correlationId === undefined ? {} : { correlationId };
  return { exchange: "", routingKey: queue, properties: { ...properties, ...correlation }, body };
}
