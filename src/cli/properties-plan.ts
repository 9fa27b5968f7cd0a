// Property flags → what every message carries. Pure.
import { UsageError } from "../errors.ts";
import type { Table } from "../message/fields.ts";
import type { Properties } from "../message/message.ts";
import type { Stamp } from "../source/shape.ts";
import type { OptionsOf } from "./flag.ts";
import type { propertyFlags } from "./flags/properties.ts";

type Options = OptionsOf<typeof propertyFlags>;

/** The properties that are the same for all messages. */
export function planProperties(options: Options): Properties {
  const { priority, contentType, contentEncoding, correlationId, replyTo, messageId } = options;
  const { timestamp, type, appId, userId } = options;
  const headers = planHeaders(options);
  return {
    ...(contentType !== undefined && { contentType }),
    ...(contentEncoding !== undefined && { contentEncoding }),
    ...(headers && { headers }),
    ...(options.persistent && { deliveryMode: 2 }),
    ...(priority !== undefined && { priority }),
    ...(correlationId !== undefined && { correlationId }),
    ...(replyTo !== undefined && { replyTo }),
    ...(options.messageTtl !== undefined && { expiration: `${options.messageTtl}` }),
    ...(messageId !== undefined && messageId !== "auto" && { messageId }),
    ...(timestamp !== undefined && timestamp !== "now" && { timestamp }),
    ...(type !== undefined && { type }),
    ...(appId !== undefined && { appId }),
    ...(userId !== undefined && { userId }),
  };
}

/** The properties that each message gets for itself. */
export function planStamps({ messageId, timestamp }: Options): readonly Stamp[] {
  return [
    ...(messageId === "auto" ? ["messageId" as const] : []),
    ...(timestamp === "now" ? ["timestamp" as const] : []),
  ];
}

/** CC and BCC are lists of keys (rabbitmq.com/docs/sender-selected). @throws UsageError when both say them */
function planHeaders({ header, cc, bcc }: Options): Table | undefined {
  if (!header && !cc && !bcc) return undefined;
  if (cc && header?.["CC"] !== undefined) throw twice("cc");
  if (bcc && header?.["BCC"] !== undefined) throw twice("bcc");
  return { ...header, ...(cc && { CC: cc }), ...(bcc && { BCC: bcc }) };
}

function twice(flag: "cc" | "bcc"): UsageError {
  return new UsageError(
    `--${flag} excludes a header ${flag.toUpperCase()} (--header)`,
    `give all keys by --${flag}`,
  );
}
