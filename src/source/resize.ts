// --message-size: bodies of exactly so many bytes.
import type { Message } from "../message/message.ts";

const FILL = "0123456789";

/** Cuts between two characters, pads with 0123456789…: the body has exactly `size` bytes. */
export function resize(message: Message, size: number): Message {
  const { body } = message;
  if (body.length === size) return message;
  let end = Math.min(body.length, size);
  // A byte 10xxxxxx continues a character of UTF-8: do not cut before it.
  while (end > 0 && end < body.length && ((body[end] ?? 0) & 0xc0) === 0x80) end--;
  const padding = FILL.repeat(Math.ceil((size - end) / FILL.length)).slice(0, size - end);
  return { ...message, body: Buffer.concat([body.subarray(0, end), Buffer.from(padding)]) };
}
