// What a server answers a request: the handler's output, or that it has failed, so that no client waits in vain. Pure.
import type { Delivery, Message, Properties } from "../message/message.ts";
import { describeEnd, exitCodeOf, type End } from "./judgement.ts";

/** The `type` of a reply that tells of a failure; its header tells the handler's exit code. */
export const ERROR_TYPE = "error";
export const EXIT_CODE_HEADER = "x-exit-code";

/** The reply to a request; undefined when it names no queue to reply to. */
export function replyTo(request: Delivery, body: Buffer): Message | undefined {
  return address(request, {}, body);
}

/** The reply to a request whose handler has failed for good. It does not tell what the handler wrote: logs may be private. */
export function errorReplyTo(request: Delivery, end: End): Message | undefined {
  const code = exitCodeOf(end);
  const headers = code === undefined ? {} : { [EXIT_CODE_HEADER]: code };
  return address(request, { type: ERROR_TYPE, headers }, Buffer.from(describeEnd(end)));
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
