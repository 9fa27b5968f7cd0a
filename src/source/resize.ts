// --message-size: bodies of exactly so many bytes.
import type { Message } from "../message/message.ts";

const FILL = "0123456789";

/** Cuts between two characters, pads with 0123456789…: the body has exactly `size` bytes. */
export function resize(message: Message, size: number): Message {
  const { body } = message;
  if (body.length === size) return message;
  const end = body.length < size ? body.length : cutBetweenCharacters(body, size);
  const padding = FILL.repeat(Math.ceil((size - end) / FILL.length)).slice(0, size - end);
  return { ...message, body: Buffer.concat([body.subarray(0, end), Buffer.from(padding)]) };
}

/** The last end of a character up to there, where this is UTF-8: a byte 10xxxxxx continues one, for three bytes at most. */
function cutBetweenCharacters(body: Buffer, size: number): number {
  let end = size;
  while (end > Math.max(0, size - 3) && isContinuing(body[end])) end--;
  return isContinuing(body[end]) ? size : end;
}

function isContinuing(byte = 0): boolean {
  return (byte & 0xc0) === 0x80;
}
