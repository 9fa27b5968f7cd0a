// Requests and who answers them, by our own binaries.
import { pub, startCon } from "./binaries.ts";
import { createQueue, untilQueue } from "./witness.ts";

/** A server for this test, and its queue. */
export async function serve(script: string, ...words: readonly string[]) {
  const queue = await createQueue();
  const server = startCon(["-q", queue, "--reply", ...words, "--shell", script]);
  await untilQueue(queue, { consumers: 1 });
  return { queue, server };
}

/** Asks that queue, and shows the bodies of its replies. */
export const ask = async (queue: string, ...words: readonly string[]) =>
  await pub(["-k", queue, "--rpc", "--format", "body", ...words]);
