// Sources without a program around them: what they make of an input, and what they refuse.
import { Readable } from "node:stream";
import type { Message } from "../../src/message/message.ts";
import type { Envelope, Source } from "../../src/source/source.ts";

/** What a source has given. */
export interface Collected {
  readonly messages: readonly Message[];
  /** Place and reason of each piece of input that was no message, as it is told. */
  readonly refused: readonly string[];
  /** How far it has come, of how much: what a progress bar was told. */
  readonly progress: { readonly done: number; readonly bytes: number; readonly total: number };
}

/** What the flags say of every message, when they say nothing. */
export const envelope: Envelope = { exchange: "", routingKey: "key", properties: {} };

/** All messages of a source; `stdin` comes in these pieces, and bad input is passed over. */
export async function collect(
  source: Source,
  stdin: readonly (string | Buffer)[] = [],
  { env = {}, flags = envelope }: { env?: Record<string, string>; flags?: Envelope } = {},
): Promise<Collected> {
  const refused: string[] = [];
  const progress = { done: 0, bytes: 0, total: 0 };
  const world = {
    progress: {
      expect: (total: number): void => void (progress.total += total),
      advance: (amount: number, bytes = 0): void => {
        progress.done += amount;
        progress.bytes += bytes;
      },
    },
    stdin: () =>
      Readable.from(stdin.map((piece) => (Buffer.isBuffer(piece) ? piece : Buffer.from(piece)))),
    stop: new AbortController().signal,
    env,
    refuse: (place: string, reason: string): void => void refused.push(`${place}: ${reason}`),
    tooLarge: ({ routingKey }: Envelope, bytes: number): void =>
      void refused.push(`a message to ${routingKey}: ${bytes} bytes`),
    position: { place: () => "" },
  };
  const messages: Message[] = [];
  for await (const batch of source(flags, world)) messages.push(...batch);
  return { messages, refused, progress };
}

/** The bodies of messages, as text. */
export function bodies({ messages }: Collected): readonly string[] {
  return messages.map(({ body }) => body.toString());
}
