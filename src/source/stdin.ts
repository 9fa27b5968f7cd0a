// Standard input as one body, bytes kept.
import type { SourceWorld } from "./source.ts";

/** Reads stdin to its end; empty when stopped before. */
export async function readAll({ stdin, stop }: SourceWorld): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of readChunks({ stdin, stop })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Stdin in the pieces it arrives in. Ends when stopped. */
export async function* readChunks({ stdin, stop }: SourceWorld): AsyncIterable<Buffer> {
  const input = stdin();
  const cut = (): void => {
    input.destroy();
  };
  stop.addEventListener("abort", cut, { once: true });
  try {
    for await (const chunk of input)
      yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    stop.removeEventListener("abort", cut);
  }
}
