// --message-size: bodies of exactly this many bytes.
import type { Message } from "../message/message.ts";
import { endOfCharacter } from "../message/text.ts";

const FILL = "0123456789";

/** Cuts between two characters, pads with 0123456789…: the body has exactly `size` bytes. */
export function resize(message: Message, size: number): Message {
  const { body } = message;
  if (body.length === size) return message;
  const end = endOfCharacter(body, size);
  const padding = FILL.repeat(Math.ceil((size - end) / FILL.length)).slice(0, size - end);
  return { ...message, body: Buffer.concat([body.subarray(0, end), Buffer.from(padding)]) };
}
