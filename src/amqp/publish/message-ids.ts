// What may be sent twice gets a message-id, so that a consumer can tell (RabbitMQ's reliability guide).
import { randomBytes } from "node:crypto";
import type { Entry } from "./entry.ts";

/** The id that a message is sent with; undefined for none. The same each time it is sent. */
export type IdOf = (entry: Entry) => string | undefined;

/** Its own, if it has one. */
export const ownId: IdOf = ({ message }) => message.properties.messageId;

/** Its own, or its number behind a prefix that no other run has. */
export function numbering(): IdOf {
  const prefix = randomBytes(9).toString("base64url");
  return (entry) => ownId(entry) ?? `${prefix}-${entry.serial + 1}`;
}
